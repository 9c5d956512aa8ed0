package sample

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Match is a query that a phrase asks for. Relevance is from 0 to 1: 1 is a query that
// has every word of the phrase in its name.
type Match struct {
	Query
	Relevance float64
}

// What a word is worth, by where it is found.
const (
	inName  = 1.0
	inWords = 0.8
	inAbout = 0.6
	inSQL   = 0.3
)

// Search returns the queries that have a word of the phrase, the best first.
func Search(phrase string) (out []Match) {
	ix := theIndex()
	var asked []string
	for _, w := range stems(phrase) {
		if !slices.Contains(asked, w) {
			asked = append(asked, w)
		}
	}
	for i, q := range Queries() {
		if r := ix.relevance(i, asked); r > 0 {
			out = append(out, Match{q, r})
		}
	}
	slices.SortStableFunc(out, func(a, b Match) int { return cmp.Compare(b.Relevance, a.Relevance) })
	return out
}

// index is what words the queries have, and where.
type index struct {
	// worth is what a word is worth in each query.
	worth []map[string]float64
	// rarity is how much a word tells: more, the fewer queries have it.
	rarity map[string]float64
	// unknown is the rarity of a word that no query has.
	unknown float64
}

var theIndex = sync.OnceValue(func() *index {
	all := Queries()
	ix := &index{rarity: make(map[string]float64)}
	count := make(map[string]int)
	for _, q := range all {
		worth := make(map[string]float64)
		for _, part := range []struct {
			text string
			is   float64
		}{{q.SQL, inSQL}, {q.Description, inAbout}, {q.words, inWords}, {q.Name, inName}} {
			for _, w := range stems(part.text) {
				worth[w] = max(worth[w], part.is)
			}
		}
		for w := range worth {
			count[w]++
		}
		ix.worth = append(ix.worth, worth)
	}
	for w, n := range count {
		ix.rarity[w] = math.Log(1 + float64(len(all))/float64(n))
	}
	ix.unknown = math.Log(1 + float64(len(all)))
	return ix
})

// relevance is the share of what the words of a phrase could be worth.
func (ix *index) relevance(query int, asked []string) float64 {
	got, most := 0.0, 0.0
	for _, w := range asked {
		rarity, known := ix.rarity[w]
		if !known {
			rarity = ix.unknown
		}
		most += rarity
		got += rarity * ix.worth[query][w]
	}
	if most == 0 {
		return 0
	}
	return got / most
}

// idle are words that say nothing about what is asked for.
var idle = func() map[string]bool {
	out := make(map[string]bool)
	for _, w := range strings.Fields(`a about all an and any are as at be by can could did do does for from get give had has have how i in is it its
		let list made make me my of on or our per please query queries sample show so some somebody someone tell than that the their them then there
		these they this those to want was we were what when where which who whom whose why will with would you your
		select where group order limit count distinct desc asc null not like true false coalesce element_at eds_id eventtime date_add day current_timestamp`) {
		out[w] = true
	}
	return out
}()

// same are words that mean the same: the first of a line stands for all.
var same = func() map[string]string {
	out := make(map[string]string)
	for _, line := range strings.Split(`login logon logged signin sign-in
delete remove destroy drop erase terminate
error failure fail failed exception problem
create new add launch
change modify update edit alter
address ip
bucket s3
instance vm machine server
user person people identity identities
key credential
deny denied forbidden unauthorized
cost bill expensive money spend price
public everybody world anonymous
frequent top most popular
encrypt encryption kms
permission privilege policy access`, "\n") {
		words := strings.Fields(line)
		for _, w := range words {
			out[stem(w)] = stem(words[0])
		}
	}
	return out
}()

// stems are the words of a text as they are compared.
func stems(text string) (out []string) {
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' }) {
		if w = strings.Trim(w, "-_"); w == "" || idle[w] {
			continue
		}
		w = stem(w)
		if other, ok := same[w]; ok {
			w = other
		}
		out = append(out, w)
	}
	return out
}

// stem cuts the endings of English words, roughly.
func stem(w string) string {
	for _, ending := range []struct{ cut, put string }{{"ies", "y"}, {"sses", "ss"}, {"ing", ""}, {"ions", "ion"}, {"ed", ""}, {"es", ""}, {"s", ""}} {
		if rest, ok := strings.CutSuffix(w, ending.cut); ok && len(rest) >= 3 && !strings.HasSuffix(w, "ss") {
			return strings.TrimSuffix(rest+ending.put, "e")
		}
	}
	return strings.TrimSuffix(w, "e")
}

package trinosql

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

var textGo = []value.Function{
	goFunc("trino_chr", "VARCHAR", types("BIGINT"), func(a []any) (any, error) {
		if n := num(a[0]); n >= 0 && n <= utf8.MaxRune && (n < 0xd800 || n > 0xdfff) {
			return string(rune(n)), nil
		}
		return nil, badArgument("Not a valid Unicode code point: %d", a[0])
	}),
	goFunc("trino_hamming", "BIGINT", types("VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		x, y := []rune(str(a[0])), []rune(str(a[1]))
		if len(x) != len(y) {
			return nil, badArgument("The input strings to hamming_distance function must have the same length")
		}
		n := int64(0)
		for i := range x {
			if x[i] != y[i] {
				n++
			}
		}
		return n, nil
	}),
	goFunc("trino_levenshtein", "BIGINT", types("VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		x, y := []rune(str(a[0])), []rune(str(a[1]))
		if len(x)*max(1, len(y)-1) > 1000000 {
			return nil, badArgument("The combined inputs for Levenshtein distance are too large")
		}
		return int64(editDistance(x, y)), nil
	}),
	goFunc("trino_lpad_bytes", "BLOB", types("BLOB", "BIGINT", "BLOB"), func(a []any) (any, error) { return padBytes(bin(a[0]), num(a[1]), bin(a[2]), true) }),
	goFunc("trino_rpad_bytes", "BLOB", types("BLOB", "BIGINT", "BLOB"), func(a []any) (any, error) { return padBytes(bin(a[0]), num(a[1]), bin(a[2]), false) }),
	goFunc("trino_luhn_check", "BOOLEAN", types("VARCHAR"), func(a []any) (any, error) { return luhn(str(a[0])) }),
	goFunc("trino_normalize", "VARCHAR", types("VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		forms := map[string]norm.Form{"NFC": norm.NFC, "NFD": norm.NFD, "NFKC": norm.NFKC, "NFKD": norm.NFKD}
		form, ok := forms[str(a[1])]
		if !ok {
			return nil, badArgument("Normalization form must be one of [NFD, NFC, NFKD, NFKC]")
		}
		return form.String(str(a[0])), nil
	}),
	goFunc("trino_replace", "VARCHAR", types("VARCHAR", "VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		return strings.ReplaceAll(str(a[0]), str(a[1]), str(a[2])), nil
	}),
	goFunc("trino_reverse", "VARCHAR", types("VARCHAR"), func(a []any) (any, error) {
		r := []rune(str(a[0]))
		for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
			r[i], r[j] = r[j], r[i]
		}
		return string(r), nil
	}),
	goFunc("trino_reverse_bytes", "BLOB", types("BLOB"), func(a []any) (any, error) {
		b := bytes.Clone(bin(a[0]))
		for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
		return b, nil
	}),
	goFunc("trino_soundex", "VARCHAR", types("VARCHAR"), func(a []any) (any, error) { return soundex(str(a[0])) }),
	goFunc("trino_split_limit", "VARCHAR[]", types("VARCHAR", "VARCHAR", "BIGINT"), func(a []any) (any, error) {
		switch {
		case num(a[2]) <= 0:
			return nil, badArgument("Limit must be positive")
		case str(a[1]) == "":
			return nil, badArgument("The delimiter may not be the empty string")
		}
		return anys(strings.SplitN(str(a[0]), str(a[1]), int(min(num(a[2]), 1<<30)))), nil
	}),
	goFunc("trino_split_to_map", "MAP(VARCHAR, VARCHAR)", types("VARCHAR", "VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		out := value.Map{}
		seen := make(map[string]bool)
		err := splitEntries(str(a[0]), str(a[1]), str(a[2]), func(k, v string) error {
			if seen[k] {
				return badArgument("Duplicate keys (%s) are not allowed", k)
			}
			seen[k] = true
			out = append(out, value.Entry{Key: k, Value: v})
			return nil
		})
		return out, err
	}),
	goFunc("trino_split_to_multimap", "MAP(VARCHAR, VARCHAR[])", types("VARCHAR", "VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		out := value.Map{}
		at := make(map[string]int)
		err := splitEntries(str(a[0]), str(a[1]), str(a[2]), func(k, v string) error {
			i, ok := at[k]
			if !ok {
				i = len(out)
				at[k] = i
				out = append(out, value.Entry{Key: k, Value: []any{}})
			}
			out[i].Value = append(out[i].Value.([]any), v)
			return nil
		})
		return out, err
	}),
	goFunc("trino_strpos_nth", "BIGINT", types("VARCHAR", "VARCHAR", "BIGINT"), func(a []any) (any, error) { return nthPosition(str(a[0]), str(a[1]), num(a[2])) }),
	nullable(goFunc("trino_substr_bytes", "BLOB", types("BLOB", "BIGINT", "BIGINT"), func(a []any) (any, error) {
		if a[0] == nil || a[1] == nil {
			return nil, nil
		}
		b, start := bin(a[0]), num(a[1])
		n := int64(len(b))
		if a[2] != nil {
			n = min(n, num(a[2]))
		}
		if start < 0 {
			start += int64(len(b)) + 1
		}
		if start < 1 || start > int64(len(b)) || n <= 0 {
			return []byte{}, nil
		}
		return bytes.Clone(b[start-1 : min(int64(len(b)), start-1+n)]), nil
	})),
	goFunc("trino_like", "BOOLEAN", types("VARCHAR", "VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		escape := []rune(str(a[2]))
		if len(escape) != 1 {
			return nil, badArgument("Escape string must be a single character")
		}
		return likeMatch([]rune(str(a[0])), []rune(str(a[1])), escape[0])
	}),
	nullable(value.Function{Name: "trino_format", Params: types("VARCHAR"), Variadic: "ANY", Result: "VARCHAR", Call: func(a []any) (any, error) {
		if a[0] == nil {
			return nil, nil
		}
		return javaFormat(str(a[0]), a[1:])
	}}),
	goFunc("trino_join_parts", "VARCHAR", types("VARCHAR[]", "VARCHAR[]"), func(a []any) (any, error) {
		parts, between := a[0].([]any), a[1].([]any)
		var b strings.Builder
		for i, p := range parts {
			b.WriteString(str(p))
			if i < len(between) {
				s, ok := between[i].(string)
				if !ok {
					return nil, nil
				}
				b.WriteString(s)
			}
		}
		return b.String(), nil
	}),
}

func padBytes(b []byte, n int64, pad []byte, left bool) (any, error) {
	switch {
	case n < 0 || n > 1<<31-1:
		return nil, badArgument("Target length must be in the range [0..2147483647]")
	case len(pad) == 0:
		return nil, badArgument("Padding bytes must not be empty")
	case n <= int64(len(b)):
		return bytes.Clone(b[:n]), nil
	case n > 64<<20:
		return nil, raise(CodeResources, "Query exhausted resources at this scale factor")
	}
	missing := int(n) - len(b)
	fill := bytes.Repeat(pad, missing/len(pad)+1)[:missing]
	if left {
		return append(fill, b...), nil
	}
	return append(bytes.Clone(b), fill...), nil
}

func luhn(s string) (any, error) {
	if s == "" {
		return false, nil
	}
	sum := 0
	for i := range len(s) {
		c := s[len(s)-1-i]
		if !isDigit(c) {
			return nil, badArgument("Input contains invalid digit: %s", s)
		}
		d := int(c - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0, nil
}

func soundex(s string) (any, error) {
	const codes = "01230120022455012623010202"
	var out []byte
	last := byte('0')
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return nil, badArgument("The character is not mapped: %s", s)
		}
		c &^= 0x20
		if c < 'A' || c > 'Z' {
			continue
		}
		code := codes[c-'A']
		switch {
		case len(out) == 0:
			out = append(out, c)
		case code != '0' && code != last:
			out = append(out, code)
		}
		if c != 'H' && c != 'W' {
			last = code
		}
	}
	if len(out) == 0 {
		return "", nil
	}
	return (string(out) + "000")[:4], nil
}

func splitEntries(s, entry, keyValue string, add func(k, v string) error) error {
	switch {
	case entry == "":
		return badArgument("entryDelimiter is empty")
	case keyValue == "":
		return badArgument("keyValueDelimiter is empty")
	case entry == keyValue:
		return badArgument("entryDelimiter and keyValueDelimiter must not be the same")
	}
	parts := strings.Split(s, entry)
	for i, p := range parts {
		if p == "" && i == len(parts)-1 {
			break
		}
		if strings.Count(p, keyValue) != 1 {
			return badArgument("Key-value delimiter must appear exactly once in each entry. Bad input: '%s'", p)
		}
		k, v, _ := strings.Cut(p, keyValue)
		if err := add(k, v); err != nil {
			return err
		}
	}
	return nil
}

// nthPosition is where the n-th instance of a text is, in characters from 1; 0 if it is not
// there. Negative instances count from the end.
func nthPosition(s, part string, n int64) (any, error) {
	if n == 0 {
		return nil, badArgument("'instance' must be a positive or negative number.")
	}
	if part == "" {
		return int64(1), nil
	}
	at := -1
	if n > 0 {
		for from := 0; n > 0; n-- {
			i := strings.Index(s[from:], part)
			if i < 0 {
				return int64(0), nil
			}
			at = from + i
			_, size := utf8.DecodeRuneInString(s[at:])
			from = at + size
		}
	} else {
		for end := len(s); n < 0; n++ {
			i := strings.LastIndex(s[:end], part)
			if i < 0 {
				return int64(0), nil
			}
			at = i
			end = max(0, i+len(part)-1)
		}
	}
	return int64(utf8.RuneCountInString(s[:at])) + 1, nil
}

// likeMatch matches a pattern of LIKE with an escape, in time linear in the product of
// their lengths.
func likeMatch(s, pattern []rune, escape rune) (any, error) {
	type item struct {
		r        rune
		any, one bool
	}
	var items []item
	for i := 0; i < len(pattern); i++ {
		switch r := pattern[i]; {
		case r == escape:
			if i++; i == len(pattern) || pattern[i] != '%' && pattern[i] != '_' && pattern[i] != escape {
				return nil, badArgument("Escape character must be followed by '%%', '_' or the escape character itself")
			}
			items = append(items, item{r: pattern[i]})
		case r == '%':
			items = append(items, item{any: true})
		case r == '_':
			items = append(items, item{one: true})
		default:
			items = append(items, item{r: r})
		}
	}
	i, j, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case j < len(items) && items[j].any:
			star, mark = j, i
			j++
		case j < len(items) && (items[j].one || items[j].r == s[i] && !items[j].any):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false, nil
		}
	}
	for j < len(items) && items[j].any {
		j++
	}
	return j == len(items), nil
}

package wire

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestParseJSON(t *testing.T) {
	good := func(in, want string) {
		t.Helper()
		v, err := ParseJSON([]byte(in))
		if err != nil {
			t.Errorf("%.80s: %v", in, err)
			return
		}
		if got := string(AppendJSON(nil, &v)); got != want {
			t.Errorf("%.80s: got %.200s, want %.200s", in, got, want)
		}
	}
	bad := func(in string) {
		t.Helper()
		if v, err := ParseJSON([]byte(in)); !errors.Is(err, ErrSyntax) {
			t.Errorf("%.80q: got %+v, %v, want a syntax error", in, v, err)
		}
	}
	good("", "{}")
	good(" \n", "{}")
	good("null", "null")
	good(`{"b":1,"a":[true,false,null,-0.5e+3,"x"]}`, `{"b":1,"a":[true,false,null,-0.5e+3,"x"]}`)
	good(`{"a":1,"a":2}`, `{"a":1,"a":2}`)
	good(`"\u00e9\ud83d\ude00\n\/"`, "\"é😀\\n/\"")
	good(`"\ud800x"`, "\"\uFFFDx\"")
	good(`"\ud800\u0041"`, "\"\uFFFDA\"")
	good(`9007199254740993`, `9007199254740993`)
	good(strings.Repeat("[", MaxDepth)+strings.Repeat("]", MaxDepth), strings.Repeat("[", MaxDepth)+strings.Repeat("]", MaxDepth))

	bad("{")
	bad("[1,]")
	bad(`{"a"}`)
	bad(`{"a":1,}`)
	bad(`{a:1}`)
	bad("01")
	bad("1.")
	bad("+1")
	bad("1e")
	bad("nul")
	bad("{} {}")
	bad("\"a\nb\"")
	bad(`"\x"`)
	bad(`"\u12g4"`)
	bad("\"\xff\"")
	bad("[" + strings.Repeat("0,", MaxValues) + "0]")
	bad(strings.Repeat("[", MaxDepth+2) + strings.Repeat("]", MaxDepth+2))
	bad(strings.Repeat(`{"a":`, 1<<20))
}

func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{``, `{"a":[1,2,{"b":null}]}`, `"\ud83d\ude00"`, `-1.5e3`, `[[[[`, `{"a":1,"a":2}`, "\"\xff\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := ParseJSON(data)
		if err != nil {
			if !errors.Is(err, ErrSyntax) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		if strings.TrimSpace(string(data)) != "" && !json.Valid(data) {
			t.Fatalf("accepted what encoding/json refuses: %q", data)
		}
		once := AppendJSON(nil, &v)
		again, err := ParseJSON(once)
		if err != nil {
			t.Fatalf("does not parse its own output %q: %v", once, err)
		}
		if twice := AppendJSON(nil, &again); string(twice) != string(once) {
			t.Fatalf("%q became %q", once, twice)
		}
	})
}

func TestParseForm(t *testing.T) {
	pairs, err := ParseForm("Action=A&x=1%202+3&&y&x=b%3Dc")
	if err != nil {
		t.Fatal(err)
	}
	want := []Pair{{"Action", "A"}, {"x", "1 2 3"}, {"y", ""}, {"x", "b=c"}}
	if len(pairs) != len(want) {
		t.Fatalf("got %v", pairs)
	}
	for i := range want {
		if pairs[i] != want[i] {
			t.Errorf("pair %d: got %v, want %v", i, pairs[i], want[i])
		}
	}
	for _, in := range []string{"a=%zz", "%=1", "a=%ff", strings.Repeat("a&", maxPairs+1)} {
		if _, err := ParseForm(in); !errors.Is(err, ErrSyntax) {
			t.Errorf("%.20q: got %v, want a syntax error", in, err)
		}
	}
}

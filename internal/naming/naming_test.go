package naming

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestARN(t *testing.T) {
	f := func(s string, want ARN, ok bool) {
		t.Helper()
		got, is := ParseARN(s)
		if got != want || is != ok {
			t.Errorf("%s: got %+v, %v", s, got, is)
		}
		if ok && got.String() != s {
			t.Errorf("%s comes back as %s", s, got)
		}
	}
	f("arn:aws:kms:eu-west-1:111122223333:key/a:b", ARN{"aws", "kms", "eu-west-1", "111122223333", "key/a:b"}, true)
	f("arn:aws:s3:::bucket", ARN{"aws", "s3", "", "", "bucket"}, true)
	f("arn:aws:s3::bucket", ARN{}, false)
	f("arn:aws:s3:::", ARN{}, false)
	f("arn::s3:::bucket", ARN{}, false)
	f("urn:aws:s3:::bucket", ARN{}, false)
	f("", ARN{}, false)
}

func TestNames(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		err := CheckName("It", name)
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", name, err)
			}
			return
		}
		if refusal, ok := errors.AsType[Refusal](err); !ok || !strings.Contains(string(refusal), want) || !strings.HasPrefix(string(refusal), "It ") {
			t.Errorf("%q: got %v, want %q", name, err, want)
		}
	}
	f("abc", "")
	f("A.b_c-9", "")
	f(strings.Repeat("a", 128), "")
	f(strings.Repeat("a", 129), "this one has 129")
	f("ab", "this one has 2")
	f("éé", "this one has 2")
	f("ébc", "letters, digits")
	f("a/c", "letters, digits")
	f("-bc", "begins and ends")
	f("ab.", "begins and ends")
	f("a..c", "adjacent")
	f("a-.c", "adjacent")
	f("192.168.0.1", "IP address")
	f("192.168.0.1.2", "")
}

func TestKeyARN(t *testing.T) {
	const id, mrk = "12345678-1234-1234-1234-123456789012", "mrk-0123456789abcdef0123456789abcdef"
	f := func(key, want string) {
		t.Helper()
		got, err := KeyARN("111122223333", "eu-west-1", key)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q, %v", key, got, err)
		}
	}
	f(id, "arn:aws:kms:eu-west-1:111122223333:key/"+id)
	f(mrk, "arn:aws:kms:eu-west-1:111122223333:key/"+mrk)
	f("alias/a", "arn:aws:kms:eu-west-1:111122223333:alias/a")
	f("arn:aws:kms:us-east-2:444455556666:alias/a", "arn:aws:kms:us-east-2:444455556666:alias/a")
	for _, bad := range []string{"", "a", "alias/", "key/" + id, "arn:aws:kms:us-east-2::alias/a", "arn:aws:s3:us-east-2:444455556666:alias/a", "arn:aws:kms:us-east-2:444455556666:grant/a"} {
		f(bad, "")
	}
}

func TestTags(t *testing.T) {
	have := []Tag{{"a", "1"}, {"b", "2"}}
	got, err := MergeTags(have, []Tag{{"b", "3"}, {"Ünï c_.:/=+-@9", ""}})
	if err != nil || !slices.Equal(got, []Tag{{"a", "1"}, {"b", "3"}, {"Ünï c_.:/=+-@9", ""}}) || have[1].Value != "2" {
		t.Errorf("got %v, %v; there was %v", got, err, have)
	}
	if got := RemoveTags(have, []Tag{{"a", "other"}, {"c", ""}}); !slices.Equal(got, []Tag{{"b", "2"}}) || len(have) != 2 {
		t.Errorf("got %v of %v", got, have)
	}
	for _, bad := range [][]Tag{
		{{"", "v"}}, {{strings.Repeat("é", 129), ""}}, {{"k", strings.Repeat("é", 257)}}, {{"AWS:k", ""}}, {{"k!", ""}}, {{"k", "v!"}}, {{"k", ""}, {"k", ""}},
	} {
		if got, err := MergeTags(nil, bad); err == nil {
			t.Errorf("%v gives %v", bad, got)
		}
	}
	var fifty []Tag
	for i := range MaxTags {
		fifty = append(fifty, Tag{fmt.Sprint(i), ""})
	}
	if _, err := MergeTags(fifty, []Tag{{"0", "again"}}); err != nil {
		t.Error(err)
	}
	_, err = MergeTags(fifty, []Tag{{"more", ""}})
	if n, ok := errors.AsType[TooManyTags](err); !ok || n != 51 {
		t.Errorf("got %v", err)
	}
}

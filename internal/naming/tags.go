package naming

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxTags is how many tags a resource may have.
const MaxTags = 50

const (
	maxTagKey   = 128
	maxTagValue = 256
)

// TooManyTags is the error of [MergeTags] when there would be more than MaxTags.
type TooManyTags int

func (n TooManyTags) Error() string {
	return fmt.Sprintf("There would be %d tags, and %d are allowed. Remove some first.", int(n), MaxTags)
}

// Tag is a tag of a resource.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value,omitempty"`
}

// tagText is what keys and values may have ("Tag restrictions" of the Tagging
// AWS Resources guide): letters, digits, spaces and _ . : / = + - @.
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// MergeTags returns tags with more set: a tag that is there gets the new value.
// The texts of its errors are for callers.
func MergeTags(tags, more []Tag) ([]Tag, error) {
	out := slices.Clone(tags)
	for i, tag := range more {
		if err := checkTag(tag); err != nil {
			return nil, err
		}
		same := func(o Tag) bool { return o.Key == tag.Key }
		if slices.ContainsFunc(more[:i], same) {
			return nil, refuse("The tag key %s is there twice. Leave one of them out.", tag.Key)
		}
		if at := slices.IndexFunc(out, same); at >= 0 {
			out[at] = tag
		} else {
			out = append(out, tag)
		}
	}
	if len(out) > MaxTags {
		return nil, TooManyTags(len(out))
	}
	return out, nil
}

// RemoveTags returns tags without those that have the keys of gone, whatever
// their values. Keys that are not there are passed over.
func RemoveTags(tags, gone []Tag) []Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(have Tag) bool {
		return slices.ContainsFunc(gone, func(g Tag) bool { return g.Key == have.Key })
	})
}

func checkTag(tag Tag) error {
	switch {
	case tag.Key == "" || utf8.RuneCountInString(tag.Key) > maxTagKey:
		return refuse("A tag key must have 1 to %d characters.", maxTagKey)
	case utf8.RuneCountInString(tag.Value) > maxTagValue:
		return refuse("The value of the tag %s must have at most %d characters.", tag.Key, maxTagValue)
	case strings.HasPrefix(strings.ToLower(tag.Key), "aws:"):
		return refuse("The tag key %s begins with aws:, which is reserved. Use another key.", tag.Key)
	case !tagText.MatchString(tag.Key) || !tagText.MatchString(tag.Value):
		return refuse("The tag %.200q has characters that tags can not have. Use letters, digits, spaces and _.:/=+-@.", tag.Key)
	}
	return nil
}

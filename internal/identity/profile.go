package identity

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// WriteProfile writes a credential under [profile] into a file in the AWS
// shared-credentials format, which the AWS CLI and the SDKs read when
// AWS_SHARED_CREDENTIALS_FILE names it. A profile of that name is replaced,
// where it stands; the others, and all comments outside it, stay as they are.
// A Region is written if the credential has one.
//
// The file gets mode 0600 and is replaced as a whole: a crash leaves the old
// one or the new one. Two writers at once are the caller's to keep apart.
// Source of the format: "Shared config and credentials files", AWS SDKs and
// Tools Reference Guide.
func WriteProfile(path, profile string, c Credential) error {
	if profile == "" || strings.ContainsAny(profile, "[]\r\n#;") || strings.TrimSpace(profile) != profile {
		return fmt.Errorf("identity: %q cannot be the name of a profile", profile)
	}
	for _, v := range []string{c.AccessKeyID, c.SecretAccessKey, c.Region} {
		if strings.ContainsAny(v, "\r\n \t") {
			return errors.New("identity: a credential has no spaces or line ends")
		}
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		return errors.New("identity: a profile needs an access key and its secret")
	}
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("identity: read credentials file: %w", err)
	}
	if err := writeSynced(path, []byte(replaceProfile(string(old), profile, c)), os.Rename); err != nil {
		return fmt.Errorf("identity: write credentials file %s: %w", path, err)
	}
	return nil
}

// replaceProfile edits the text of the file line by line. Comments and blank
// lines at the end of a section belong to the section after it.
func replaceProfile(text, profile string, c Credential) string {
	section := "[" + profile + "]\naws_access_key_id = " + c.AccessKeyID + "\naws_secret_access_key = " + c.SecretAccessKey + "\n"
	if c.Region != "" {
		section += "region = " + c.Region + "\n"
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	var out, held strings.Builder // held: comments and blank lines that wait for what follows
	inside, written := false, false
	for line := range strings.Lines(text) {
		name, isHeader := sectionName(line)
		switch {
		case isHeader && name == profile:
			out.WriteString(held.String())
			held.Reset()
			if !written { // a second section of the name goes away
				out.WriteString(section)
			}
			inside, written = true, true
		case isHeader:
			inside = false
			out.WriteString(held.String() + line)
			held.Reset()
		case isComment(line):
			held.WriteString(line)
		case inside:
			// An old setting goes, and with it the comments inside the profile.
			held.Reset()
		default:
			out.WriteString(held.String() + line)
			held.Reset()
		}
	}
	out.WriteString(held.String())
	if !written {
		if out.Len() > 0 && !strings.HasSuffix(out.String(), "\n\n") {
			out.WriteByte('\n')
		}
		out.WriteString(section)
	}
	return out.String()
}

// sectionName reads a "[name]" line, which may end with a comment.
func sectionName(line string) (string, bool) {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "[") {
		return "", false
	}
	name, _, ok := strings.Cut(line[1:], "]")
	return strings.TrimSpace(name), ok
}

func isComment(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || line[0] == '#' || line[0] == ';'
}

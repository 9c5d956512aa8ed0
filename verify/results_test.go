package verify

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"testing"
)

// resultFolder makes two files with results and the file that signs them.
func resultFolder(t testing.TB, private *rsa.PrivateKey) map[string][]byte {
	t.Helper()
	folder := map[string][]byte{"result_1.csv.gz": []byte("one"), "result_2.csv.gz": []byte("two")}
	f := SignFile{Version: SignVersion, Region: "us-east-1", HashAlgorithm: HashAlgorithm, SignatureAlgorithm: SignatureAlgorithm,
		QueryCompleteTime: "2022-05-10T22:06:30Z", PublicKeyFingerprint: "67b9fa73676d86966b449dd677850753"}
	for _, name := range []string{"result_1.csv.gz", "result_2.csv.gz"} {
		sum := sha256.Sum256(folder[name])
		f.Files = append(f.Files, SignedFile{hex.EncodeToString(sum[:]), name})
	}
	digest := sha256.Sum256([]byte(f.Files[0].FileHashValue + " " + f.Files[1].FileHashValue))
	signature, err := rsa.SignPKCS1v15(nil, private, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	f.HashSignature = hex.EncodeToString(signature)
	folder[SignFileName], err = json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func opener(folder map[string][]byte) func(context.Context, string) (io.ReadCloser, error) {
	return func(_ context.Context, name string) (io.ReadCloser, error) {
		body, ok := folder[name]
		if !ok {
			return nil, fmt.Errorf("%s: %w", name, ErrNotFound)
		}
		return io.NopCloser(bytes.NewReader(body)), nil
	}
}

func TestResults(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	whole := resultFolder(t, private)
	pkix, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := x509.MarshalPKCS1PublicKey(&private.PublicKey)
	check := func(name, want string, key []byte, change func(folder map[string][]byte)) {
		t.Helper()
		folder := maps.Clone(whole)
		if change != nil {
			change(folder)
		}
		asked := 0
		_, err := Results(t.Context(), opener(folder), func(_ context.Context, f *SignFile) ([]byte, error) {
			if asked++; f.PublicKeyFingerprint != "67b9fa73676d86966b449dd677850753" {
				t.Errorf("%s: the key %s is asked for", name, f.PublicKeyFingerprint)
			}
			return key, nil
		})
		switch {
		case want == "" && err != nil, want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v; want %q", name, err, want)
		case strings.Contains(want, "hash") && asked > 0:
			t.Errorf("%s: the key is asked for before the files are right", name)
		}
	}
	edit := func(from, to string) func(map[string][]byte) {
		return func(folder map[string][]byte) {
			if !bytes.Contains(folder[SignFileName], []byte(from)) {
				t.Fatalf("the sign file has no %s", from)
			}
			folder[SignFileName] = bytes.Replace(folder[SignFileName], []byte(from), []byte(to), 1)
		}
	}
	sum := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	check("whole, PKCS #1", "", pkcs1, nil)
	check("whole, SubjectPublicKeyInfo", "", pkix, nil)
	check("a file changed", "ValidationError: File result_2.csv.gz has inconsistent hash value with hash value recorded in sign file, hash value in sign file is "+
		sum("two")+" , but get "+sum("two!"), pkcs1, func(f map[string][]byte) { f["result_2.csv.gz"] = []byte("two!") })
	check("a file and its hash changed", "ValidationError: Invalid signature in sign file", pkcs1, func(f map[string][]byte) {
		f["result_2.csv.gz"] = []byte("two!")
		edit(sum("two"), sum("two!"))(f)
	})
	check("a file is gone", "not found", pkcs1, func(f map[string][]byte) { delete(f, "result_1.csv.gz") })
	check("the sign file is gone", "not found", pkcs1, func(f map[string][]byte) { delete(f, SignFileName) })
	check("another key", "ValidationError: Invalid signature in sign file", x509.MarshalPKCS1PublicKey(&other.PublicKey), nil)
	check("no key", "ValidationError: Sign file invalid, unable to load PKCS #1 key: eA==", []byte("x"), nil)
	check("no signature", "ValidationError: Invalid signature", pkcs1, edit(`"hashSignature":"`, `"hashSignature":"x`))
	check("no files", "ValidationError: No export file was found in sign file.", pkcs1, edit(`"files":[`, `"files":[],"was":[`))
	check("no JSON", "InformationCollectionError: Unable to load result_sign.json file, due to ", pkcs1, func(f map[string][]byte) { f[SignFileName] = []byte("{") })
	check("another algorithm", "ValidationError: Invalid sign file provided.", pkcs1, edit("SHA256withRSA", "MD5withRSA"))
	check("a name that leads elsewhere", "ValidationError: Invalid sign file provided.", pkcs1, edit(`"result_1.csv.gz"`, `"../result_1.csv.gz"`))

	_, err = Results(t.Context(), opener(map[string][]byte{SignFileName: []byte("[]")}), nil)
	if wrong, ok := errors.AsType[*SignFileError](err); !ok || wrong.Err == nil {
		t.Errorf("an array as a sign file: %v", err)
	}
}

// Every bit that is flipped in a file or in what is signed of it is found.
func TestResultsBits(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	whole := resultFolder(t, private)
	key := func(context.Context, *SignFile) ([]byte, error) {
		return x509.MarshalPKCS1PublicKey(&private.PublicKey), nil
	}
	var f SignFile
	if err := json.Unmarshal(whole[SignFileName], &f); err != nil {
		t.Fatal(err)
	}
	signed := bytes.Index(whole[SignFileName], []byte(f.Files[0].FileHashValue))
	for name, span := range map[string][2]int{"result_1.csv.gz": {0, 3}, SignFileName: {signed, signed + 64}} {
		for i := span[0]; i < span[1]; i++ {
			folder := maps.Clone(whole)
			folder[name] = bytes.Clone(whole[name])
			folder[name][i] ^= 1
			if _, err := Results(t.Context(), opener(folder), key); err == nil {
				t.Errorf("%s: byte %d is another one, and nobody says so", name, i)
			}
		}
	}
}

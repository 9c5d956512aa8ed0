package trinosql

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // Trino has the function
	"crypto/sha1" //nolint:gosec // Trino has the function
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"math"
	"math/big"
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

var hashes = map[string]func() hash.Hash{"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}

// decoder makes a function that decodes a text, for texts and for bytes.
func decoder(name string, decode func(s string) ([]byte, error)) []value.Function {
	return []value.Function{
		goFunc(name, "BLOB", types("VARCHAR"), func(a []any) (any, error) { return decode(str(a[0])) }),
		goFunc(name, "BLOB", types("BLOB"), func(a []any) (any, error) { return decode(string(bin(a[0]))) }),
	}
}

func base64Decoder(enc *base64.Encoding) func(s string) ([]byte, error) {
	return func(s string) ([]byte, error) {
		out, err := enc.DecodeString(strings.TrimRight(s, "="))
		if err != nil || strings.ContainsAny(s, "\r\n") {
			return nil, badArgument("Illegal base64 character or length")
		}
		return out, nil
	}
}

var binaryGo = append(append(append(append([]value.Function{
	goFunc("trino_crc32", "BIGINT", types("BLOB"), func(a []any) (any, error) { return int64(crc32.ChecksumIEEE(bin(a[0]))), nil }),
	goFunc("trino_hash", "BLOB", types("VARCHAR", "BLOB"), func(a []any) (any, error) {
		switch str(a[0]) {
		case "xxhash64":
			return binary.BigEndian.AppendUint64(nil, xxhash.Sum64(bin(a[1]))), nil
		case "murmur3":
			return murmur3(bin(a[1])), nil
		}
		h := hashes[str(a[0])]()
		h.Write(bin(a[1]))
		return h.Sum(nil), nil
	}),
	goFunc("trino_hmac", "BLOB", types("VARCHAR", "BLOB", "BLOB"), func(a []any) (any, error) {
		if len(bin(a[2])) == 0 {
			return nil, badArgument("Empty key")
		}
		h := hmac.New(hashes[str(a[0])], bin(a[2]))
		h.Write(bin(a[1]))
		return h.Sum(nil), nil
	}),
	goFunc("trino_hash_bytes", "BLOB", types("UBIGINT"), func(a []any) (any, error) {
		switch v := a[0].(type) {
		case int64:
			return binary.BigEndian.AppendUint64(nil, uint64(v)), nil
		case *big.Int:
			return binary.BigEndian.AppendUint64(nil, v.Uint64()), nil
		}
		return nil, nil
	}),
	goFunc("trino_from_big_endian", "BIGINT", types("BLOB", "BIGINT"), func(a []any) (any, error) {
		b, n := bin(a[0]), num(a[1])
		if int64(len(b)) != n {
			return nil, badArgument("expected %d-byte input, but got instead: %d", n, len(b))
		}
		if n == 4 {
			return int64(int32(binary.BigEndian.Uint32(b))), nil
		}
		return int64(binary.BigEndian.Uint64(b)), nil
	}),
	goFunc("trino_to_big_endian", "BLOB", types("BIGINT", "BIGINT"), func(a []any) (any, error) {
		b := binary.BigEndian.AppendUint64(nil, uint64(num(a[0])))
		return b[8-num(a[1]):], nil
	}),
	goFunc("trino_from_ieee754_32", "DOUBLE", types("BLOB"), func(a []any) (any, error) {
		if len(bin(a[0])) != 4 {
			return nil, badArgument("Input floating-point value must be exactly 4 bytes long")
		}
		return float64(math.Float32frombits(binary.BigEndian.Uint32(bin(a[0])))), nil
	}),
	goFunc("trino_from_ieee754_64", "DOUBLE", types("BLOB"), func(a []any) (any, error) {
		if len(bin(a[0])) != 8 {
			return nil, badArgument("Input floating-point value must be exactly 8 bytes long")
		}
		return math.Float64frombits(binary.BigEndian.Uint64(bin(a[0]))), nil
	}),
	goFunc("trino_to_ieee754", "BLOB", types("DOUBLE", "BIGINT"), func(a []any) (any, error) {
		if num(a[1]) == 4 {
			return binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(flt(a[0])))), nil
		}
		return binary.BigEndian.AppendUint64(nil, math.Float64bits(flt(a[0]))), nil
	}),
	goFunc("trino_from_utf8", "VARCHAR", types("BLOB", "VARCHAR"), func(a []any) (any, error) { return repairUTF8(bin(a[0]), str(a[1])) }),
	goFunc("trino_to_base32", "VARCHAR", types("BLOB"), func(a []any) (any, error) { return base32.StdEncoding.EncodeToString(bin(a[0])), nil }),
	goFunc("trino_to_base64url", "VARCHAR", types("BLOB"), func(a []any) (any, error) { return base64.URLEncoding.EncodeToString(bin(a[0])), nil }),
},
	decoder("trino_from_base64", base64Decoder(base64.RawStdEncoding))...),
	decoder("trino_from_base64url", base64Decoder(base64.RawURLEncoding))...),
	decoder("trino_from_base32", func(s string) ([]byte, error) {
		out, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimRight(s, "="))
		if err != nil {
			return nil, badArgument("Invalid input character or length")
		}
		return out, nil
	})...),
	decoder("trino_from_hex", func(s string) ([]byte, error) {
		if len(s)%2 != 0 {
			return nil, badArgument("invalid input length %d", len(s))
		}
		out, err := hex.DecodeString(s)
		if err != nil {
			return nil, badArgument("Invalid hexadecimal character in '%s'", s)
		}
		return out, nil
	})...)

// repairUTF8 puts a replacement in for every byte that is no UTF-8.
func repairUTF8(b []byte, replacement string) (any, error) {
	if utf8.RuneCountInString(replacement) > 1 {
		return nil, badArgument("Replacement character string must empty or a single character")
	}
	if utf8.Valid(b) {
		return string(b), nil
	}
	var out strings.Builder
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			out.WriteString(replacement)
		} else {
			out.Write(b[:size])
		}
		b = b[size:]
	}
	return out.String(), nil
}

// murmur3 is the hash of 128 bits for machines of 64, with the seed 0.
func murmur3(b []byte) []byte {
	const c1, c2 = 0x87c37b91114253d5, 0x4cf5ad432745937f
	var h1, h2 uint64
	size := uint64(len(b))
	mix1 := func(k uint64) uint64 { return bits.RotateLeft64(k*c1, 31) * c2 }
	mix2 := func(k uint64) uint64 { return bits.RotateLeft64(k*c2, 33) * c1 }
	for ; len(b) >= 16; b = b[16:] {
		h1 ^= mix1(binary.LittleEndian.Uint64(b))
		h1 = (bits.RotateLeft64(h1, 27)+h2)*5 + 0x52dce729
		h2 ^= mix2(binary.LittleEndian.Uint64(b[8:]))
		h2 = (bits.RotateLeft64(h2, 31)+h1)*5 + 0x38495ab5
	}
	var tail [16]byte
	copy(tail[:], b)
	if len(b) > 8 {
		h2 ^= mix2(binary.LittleEndian.Uint64(tail[8:]))
	}
	if len(b) > 0 {
		h1 ^= mix1(binary.LittleEndian.Uint64(tail[:8]))
	}
	h1 ^= size
	h2 ^= size
	h1 += h2
	h2 += h1
	final := func(k uint64) uint64 {
		k = (k ^ k>>33) * 0xff51afd7ed558ccd
		k = (k ^ k>>33) * 0xc4ceb9fe1a85ec53
		return k ^ k>>33
	}
	h1, h2 = final(h1), final(h2)
	h1 += h2
	h2 += h1
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, h1), h2)
}

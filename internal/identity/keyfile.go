package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
)

const keySize = 32

// Key is the installation's master key. Whoever has it and the control-plane
// database has every secret in it, so it rests in a file of its own, which a
// backup of the database need not contain. A Key prints as "[redacted]". The
// zero Key is unusable and panics.
type Key struct{ k *keyMaterial }

type keyMaterial struct {
	master [keySize]byte
	aead   cipher.AEAD
}

// LoadOrCreateKey reads the key file at path, or makes one with fresh random
// bytes and mode 0600 if there is none. The new file appears under its name
// only when it is complete and synced, so a crash leaves all of it or nothing,
// and of two processes that start at once both use the first one's key.
//
// A file of another length, or one that group or others may read or write, is
// refused: with a made-up key every stored secret would be lost.
func LoadOrCreateKey(path string) (Key, error) {
	key, err := loadKey(path)
	if !errors.Is(err, os.ErrNotExist) {
		return key, err
	}
	var fresh [keySize]byte
	rand.Read(fresh[:]) //nolint:errcheck // crypto/rand.Read never fails
	// Link and not rename: it fails where rename would replace the key of a
	// process that was faster.
	err = writeSynced(path, fresh[:], os.Link)
	if err != nil && !errors.Is(err, os.ErrExist) {
		return Key{}, fmt.Errorf("identity: create key file %s: %w", path, err)
	}
	return loadKey(path)
}

func loadKey(path string) (Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return Key{}, fmt.Errorf("identity: open key file: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return Key{}, fmt.Errorf("identity: key file: %w", err)
	}
	if !st.Mode().IsRegular() {
		return Key{}, fmt.Errorf("identity: key file %s is not a regular file; put the key's file there or remove what is there", path)
	}
	if st.Mode().Perm()&0o077 != 0 {
		return Key{}, fmt.Errorf("identity: key file %s can be used by others than its owner (mode %#o); run chmod 600 on it, "+
			"and replace the access keys if someone else may have read it", path, st.Mode().Perm())
	}
	data, err := io.ReadAll(io.LimitReader(f, keySize+1))
	if err != nil {
		return Key{}, fmt.Errorf("identity: read key file %s: %w", path, err)
	}
	if len(data) != keySize || st.Size() != keySize {
		return Key{}, fmt.Errorf("identity: key file %s has %d bytes and must have %d; restore it from a backup, "+
			"or, if no secret was stored with it yet, remove it to get a new one", path, st.Size(), keySize)
	}
	return newKey([keySize]byte(data)), nil
}

func newKey(master [keySize]byte) Key {
	k := &keyMaterial{master: master}
	sealing := derive(&k.master, "seal")
	block, err := aes.NewCipher(sealing[:])
	if err != nil {
		panic("BUG: identity: " + err.Error()) // only for a wrong key length
	}
	// A random 96-bit nonce is in front of each text; NIST SP 800-38D allows
	// 2^32 of them for one key, far more than keys and sessions of a house.
	if k.aead, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		panic("BUG: identity: " + err.Error())
	}
	return Key{k}
}

// Seal encrypts and authenticates plaintext (AES-256-GCM). The same purpose
// opens it, so what was sealed for one place can not be used in another.
func (k Key) Seal(purpose string, plaintext []byte) []byte {
	return k.must().aead.Seal(nil, nil, plaintext, []byte(purpose))
}

// Open reverses Seal. It fails for another key, another purpose, or a text
// that was changed, and does not say which.
func (k Key) Open(purpose string, sealed []byte) ([]byte, error) {
	plain, err := k.must().aead.Open(nil, nil, sealed, []byte(purpose))
	if err != nil {
		return nil, errors.New("identity: sealed text is damaged or was sealed with another key")
	}
	return plain, nil
}

// Derive gives a key for another use (HKDF with SHA-256, RFC 5869), always the
// same for the same purpose. It tells nothing about the master key or about
// the keys for other purposes.
func (k Key) Derive(purpose string) [32]byte {
	return derive(&k.must().master, "derive:"+purpose)
}

func derive(master *[keySize]byte, info string) [32]byte {
	out, err := hkdf.Key(sha256.New, master[:], nil, "cairn/v1/"+info, 32)
	if err != nil {
		panic("BUG: identity: " + err.Error()) // only for an absurd length
	}
	return [32]byte(out)
}

func (k Key) must() *keyMaterial {
	if k.k == nil {
		panic("BUG: identity: the zero Key was used")
	}
	return k.k
}

// String, GoString and LogValue keep the key out of logs.
func (k Key) String() string       { return "[redacted]" }
func (k Key) GoString() string     { return "identity.Key{[redacted]}" }
func (k Key) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// writeSynced writes data with mode 0600 to a temporary file beside path,
// syncs it, gives it its name with publish (os.Rename or os.Link), and syncs
// the directory. Before publish a crash leaves a stray temporary file at most.
func writeSynced(path string, data []byte, publish func(from, to string) error) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".tmp-*") // mode 0600
	if err != nil {
		return err
	}
	tmp := f.Name()
	defer func() {
		// After a rename there is nothing left under that name.
		if rmErr := os.Remove(tmp); err == nil && rmErr != nil && !errors.Is(rmErr, os.ErrNotExist) {
			err = rmErr
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := publish(tmp, path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

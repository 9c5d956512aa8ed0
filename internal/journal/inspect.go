package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/minio/highwayhash"
)

// DamageError says that acknowledged events cannot be read back.
type DamageError struct {
	File   string
	Offset int64
	Reason string
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("the journal is damaged: %s at byte %d: %s. Nothing was changed. Restore the file from a backup, or start once with --accept-journal-damage: that puts the journal aside and goes on with the events that can be read",
		e.File, e.Offset, e.Reason)
}

// TornTail is what a crash left of the write it interrupted.
type TornTail struct {
	File  string
	Bytes int64
}

// The record layout of JetStream's file store (nats-server server/filestore.go,
// writeMsgRecordLocked): length, sequence, time, subject length, subject,
// payload, HighwayHash-64. JetStream cuts a block at the first record that does
// not check out and goes on, which for an audit journal would be a silent loss;
// so inspect reads the blocks before JetStream does.
const (
	recordHeader  = 22
	recordHash    = 8
	recordMin     = recordHeader + recordHash
	recordMax     = 32 << 20
	headersBit    = 1 << 31
	erasedBit     = 1 << 63
	tombstoneBit  = 1 << 62
	sequenceMask  = tombstoneBit - 1
	blockFilesDir = "jetstream/$G/streams/" + streamName + "/msgs"
)

// inspect checks every record of the journal under store. A record that does
// not check out at the very end of the last block, behind everything that was
// acknowledged, is a write that a crash cut off; any other is damage.
func inspect(store string, acknowledged uint64) (TornTail, error) {
	dir := filepath.Join(store, filepath.FromSlash(blockFilesDir))
	blocks, err := blockFiles(dir)
	if err != nil || len(blocks) == 0 {
		if err == nil && acknowledged > 0 && !exists(filepath.Join(store, "jetstream")) {
			err = &DamageError{File: store, Reason: fmt.Sprintf("its files are gone, but batches up to %d were acknowledged", acknowledged)}
		}
		return TornTail{}, err
	}
	var last uint64
	for i, n := range blocks {
		path := filepath.Join(dir, strconv.Itoa(n)+".blk")
		body, err := os.ReadFile(path)
		if err != nil {
			return TornTail{}, fmt.Errorf("read the journal: %w", err)
		}
		end, reason := checkBlock(body, n, &last)
		if reason == "" {
			continue
		}
		if i == len(blocks)-1 && last >= acknowledged && !recordFollows(body[end:], n) {
			return TornTail{File: path, Bytes: int64(len(body) - end)}, nil
		}
		return TornTail{}, &DamageError{File: path, Offset: int64(end), Reason: reason}
	}
	if last < acknowledged {
		return TornTail{}, &DamageError{File: dir, Reason: fmt.Sprintf("it ends with batch %d, but batch %d was acknowledged", last, acknowledged)}
	}
	return TornTail{}, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func blockFiles(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	var blocks []int
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".blk"); ok {
			if n, err := strconv.Atoi(name); err == nil {
				blocks = append(blocks, n)
			}
		}
	}
	slices.Sort(blocks)
	return blocks, nil
}

// checkBlock reads the records of one block. It returns where it stopped and
// why, "" at the end of a sound block; last moves to the last sound sequence.
func checkBlock(body []byte, block int, last *uint64) (end int, reason string) {
	key := blockKey(block)
	for at := 0; at < len(body); {
		n, seq, ok := checkRecord(body[at:], key[:])
		if !ok {
			return at, "a record does not match its checksum"
		}
		// Erased records and tombstones stand for batches that were released.
		s := seq & sequenceMask
		if *last != 0 && s > *last+1 && seq&(erasedBit|tombstoneBit) == 0 {
			return at, fmt.Sprintf("batch %d follows batch %d: those between are gone", s, *last)
		}
		*last = max(*last, s)
		at += n
	}
	return len(body), ""
}

func blockKey(block int) [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%s-%d", streamName, block))
}

func checkRecord(b []byte, key []byte) (n int, seq uint64, ok bool) {
	if len(b) < recordMin {
		return 0, 0, false
	}
	length := binary.LittleEndian.Uint32(b) &^ headersBit
	if length < recordMin || length > recordMax || int(length) > len(b) {
		return 0, 0, false
	}
	rec := b[:length]
	hash, err := highwayhash.New64(key)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	subject := int(binary.LittleEndian.Uint16(rec[20:]))
	payload := recordHeader + subject
	if binary.LittleEndian.Uint32(b)&headersBit != 0 {
		payload += 4
	}
	if payload > len(rec)-recordHash {
		return 0, 0, false
	}
	hash.Write(rec[4:20])
	hash.Write(rec[recordHeader : recordHeader+subject])
	hash.Write(rec[payload : len(rec)-recordHash])
	if string(hash.Sum(nil)) != string(rec[len(rec)-recordHash:]) {
		return 0, 0, false
	}
	return int(length), binary.LittleEndian.Uint64(rec[4:]), true
}

// recordFollows looks for a sound record behind a bad one: a crash cuts only
// the last write, so one that follows proves that the bad one was damaged
// later. Behind a damaged length field the next record may begin anywhere.
func recordFollows(b []byte, block int) bool {
	key := blockKey(block)
	for at := 1; at+recordMin <= len(b); at++ {
		length := binary.LittleEndian.Uint32(b[at:]) &^ headersBit
		if length < recordMin || int(length) > len(b)-at {
			continue
		}
		if _, _, ok := checkRecord(b[at:], key[:]); ok {
			return true
		}
	}
	return false
}

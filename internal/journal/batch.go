package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/klauspost/compress/s2"
)

// A batch on disk, format 1 (docs/format/journal.md):
//
//	byte 0     format, 1
//	byte 1     compression of the body: 0 none, 1 S2
//	bytes 2-5  number of records, little endian
//	bytes 6-9  CRC-32C of the body as stored, little endian
//	rest       body: for each record its length as uvarint, then its bytes
const (
	batchFormat   = 1
	batchHeader   = 10
	compressNone  = 0
	compressS2    = 1
	compressAbove = 1 << 10 // bytes; below, S2's own overhead does not pay
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func encodeBatch(calls []*appendCall, size int) []byte {
	count := 0
	for _, c := range calls {
		count += len(c.events)
	}
	body := make([]byte, batchHeader, batchHeader+size+count*binary.MaxVarintLen32)
	for _, c := range calls {
		for _, ev := range c.events {
			body = binary.AppendUvarint(body, uint64(len(ev)))
			body = append(body, ev...)
		}
	}
	msg, compression := body, byte(compressNone)
	if size > compressAbove {
		plain := body[batchHeader:]
		packed := make([]byte, batchHeader+s2.MaxEncodedLen(len(plain)))
		msg, compression = packed[:batchHeader+len(s2.Encode(packed[batchHeader:], plain))], compressS2
	}
	msg[0], msg[1] = batchFormat, compression
	binary.LittleEndian.PutUint32(msg[2:], uint32(count))
	binary.LittleEndian.PutUint32(msg[6:], crc32.Checksum(msg[batchHeader:], castagnoli))
	return msg
}

// decodeBatch returns the records of a batch; they share memory with each
// other, and with msg when that is not compressed.
func decodeBatch(msg []byte) ([][]byte, error) {
	if len(msg) < batchHeader {
		return nil, fmt.Errorf("a batch of %d bytes is cut off", len(msg))
	}
	if msg[0] != batchFormat {
		return nil, fmt.Errorf("batch format %d is not known to this version of Cairn, which writes format %d", msg[0], batchFormat)
	}
	body := msg[batchHeader:]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(msg[6:]) {
		return nil, errors.New("a batch does not match its checksum")
	}
	switch msg[1] {
	case compressNone:
	case compressS2:
		n, err := s2.DecodedLen(body)
		if err != nil || n > 2*maxPayload {
			return nil, fmt.Errorf("a batch claims %d bytes: %w", n, errors.Join(err, errBatch))
		}
		if body, err = s2.Decode(nil, body); err != nil {
			return nil, fmt.Errorf("decompress a batch: %w", err)
		}
	default:
		return nil, fmt.Errorf("batch compression %d is not known to this version of Cairn", msg[1])
	}
	return splitBatch(body, binary.LittleEndian.Uint32(msg[2:]))
}

var errBatch = errors.New("the batch is malformed")

func splitBatch(body []byte, count uint32) ([][]byte, error) {
	if uint64(count) > uint64(len(body)) {
		return nil, errBatch
	}
	events := make([][]byte, 0, count)
	for len(body) > 0 {
		n, k := binary.Uvarint(body)
		if k <= 0 || n > uint64(len(body)-k) {
			return nil, errBatch
		}
		end := k + int(n)
		events = append(events, body[k:end:end])
		body = body[end:]
	}
	if len(events) != int(count) {
		return nil, errBatch
	}
	return events, nil
}

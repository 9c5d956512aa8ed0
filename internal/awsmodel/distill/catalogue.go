package distill

import (
	"fmt"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Effort is how hard the blocks are compressed.
type Effort int

// Efforts: Quick for models that are read into memory at start, Small for the
// file that is committed.
const (
	Quick Effort = iota
	Small
)

// Catalogue returns the catalogue file of the models, sorted by name. The
// bytes depend on the models and the effort only.
func Catalogue(models []*Model, effort Effort) ([]byte, error) {
	level := zstd.SpeedFastest
	if effort == Small {
		level = zstd.SpeedBestCompression
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("compressor: %w", err)
	}
	defer z.Close()
	models = slices.Clone(models)
	slices.SortFunc(models, func(a, b *Model) int { return strings.Compare(a.Name, b.Name) })
	index := number(nil, len(models))
	var blocks []byte
	for _, m := range models {
		raw, shapes, err := encodeBlock(m)
		if err != nil {
			return nil, err
		}
		start := len(blocks)
		blocks = z.EncodeAll(raw, blocks)
		index = appendService(index, m)
		for _, n := range []int{len(m.Operations), shapes, start, len(blocks) - start, len(raw)} {
			index = number(index, n)
		}
	}
	out := append([]byte(Magic), Version)
	out = append(number(out, len(index)), index...)
	return append(out, blocks...), nil
}

// appendService appends what the index says of a service, apart from where its
// block is.
func appendService(out []byte, m *Model) []byte {
	md := m.Metadata
	for _, s := range []string{
		m.Name, md.EndpointPrefix, md.SigningName, md.TargetPrefix, md.APIVersion,
		md.ServiceID, md.GlobalEndpoint, md.JSONVersion, md.XMLNamespace.URI,
	} {
		out = appendString(out, s)
	}
	protocols := []string{md.Protocol}
	for _, p := range md.Protocols {
		if !slices.Contains(protocols, p) {
			protocols = append(protocols, p)
		}
	}
	out = number(out, len(protocols))
	for _, p := range protocols {
		out = appendString(out, p)
	}
	flags := 0
	if len(md.QueryCompatible) > 0 && string(md.QueryCompatible) != "false" {
		flags |= ServiceQueryCompatible
	}
	return number(out, flags)
}

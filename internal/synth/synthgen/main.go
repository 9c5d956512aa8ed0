// Command synthgen writes synthetic CloudTrail log files, compressed as
// CloudTrail compresses them, for load tests of the built program.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/cairntrail/cairn/internal/synth"
)

func main() {
	dir := flag.String("dir", "", "folder for the files; it is created")
	events := flag.Int("events", 2_000_000, "records in all")
	perFile := flag.Int("per-file", 25_000, "records a file (CloudTrail's files hold up to 50 MB uncompressed)")
	days := flag.Float64("days", 30, "time that the records span, up to now")
	flag.Parse()
	if *dir == "" || *events < 1 || *perFile < 1 {
		fmt.Fprintln(os.Stderr, "synthgen: -dir is missing, or a number is below 1. Example: synthgen -dir /tmp/records -events 2000000")
		os.Exit(2)
	}
	if err := write(*dir, *events, *perFile, time.Duration(*days*24*float64(time.Hour))); err != nil {
		fmt.Fprintln(os.Stderr, "synthgen:", err)
		os.Exit(1)
	}
}

func write(dir string, events, perFile int, span time.Duration) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	g := synth.New(synth.Config{Seed: 1, Start: time.Now().Add(-span), PerSecond: max(1, events/max(1, int(span.Seconds())))})
	var size, packed int64
	for n := 0; n*perFile < events; n++ {
		body := []byte(`{"Records":[`)
		for i := range min(perFile, events-n*perFile) {
			if i > 0 {
				body = append(body, ',')
			}
			body, _ = g.Next(body)
		}
		body = append(body, "]}"...)
		path := filepath.Join(dir, fmt.Sprintf("111122223333_CloudTrail_us-east-1_%06d.json.gz", n))
		if err := writeFile(path, body); err != nil {
			return err
		}
		st, err := os.Stat(path)
		if err != nil {
			return err
		}
		size, packed = size+int64(len(body)), packed+st.Size()
	}
	fmt.Printf("%d records, %d MB, %d MB compressed, in %s\n", events, size/1e6, packed/1e6, dir)
	return nil
}

func writeFile(path string, body []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return err
	}
	if _, err := z.Write(body); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return f.Close()
}

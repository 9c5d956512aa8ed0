package distill

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// modelFiles are the names a model goes by, in the order they are tried.
var modelFiles = []string{"service-2.json", "service-2.json.gz", "api-2.json"}

// maxModel bounds an unpacked model; the largest, of EC2, is 4 MB.
const maxModel = 64 << 20

// ReadFolder reads the models of a folder that is laid out as botocore's data
// folder: service/version/service-2.json. Of a service's versions the newest
// that has a model is taken; versions are dates, so that is the last by name.
// Folders without a model are passed over; a folder with no model at all is an
// error, as is a model that cannot be read. The models come sorted by name.
func ReadFolder(dir string) ([]*Model, error) {
	services, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("folder of models: %w", err)
	}
	var models []*Model
	for _, s := range services {
		m, err := readNewest(filepath.Join(dir, s.Name()), s.Name())
		if err != nil {
			return nil, err
		}
		if m != nil {
			models = append(models, m)
		}
	}
	if len(models) == 0 {
		return nil, fmt.Errorf("folder of models: %s has no service/version/service-2.json", dir)
	}
	return models, nil
}

// readNewest reads the newest model in the folder of a service, or nil where
// it has none.
func readNewest(dir, name string) (*Model, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, err
	}
	versions, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("model of %s: %w", name, err)
	}
	for _, v := range slices.Backward(versions) {
		for _, file := range modelFiles {
			data, err := readModel(filepath.Join(dir, v.Name(), file))
			if errors.Is(err, os.ErrNotExist) || !v.IsDir() {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("model of %s: %w", name, err)
			}
			return Parse(name, data)
		}
	}
	return nil, nil
}

// readModel reads a file, unpacked.
func readModel(file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil || filepath.Ext(file) != ".gz" {
		return data, err
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	data, err = io.ReadAll(io.LimitReader(z, maxModel+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(data) > maxModel {
		return nil, fmt.Errorf("%s: unpacks to more than %d bytes", file, maxModel)
	}
	return data, nil
}

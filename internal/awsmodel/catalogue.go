package awsmodel

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cairntrail/cairn/internal/awsmodel/distill"
)

//go:generate go run ./modelgen -botocore $BOTOCORE -out catalogue.bin

//go:embed catalogue.bin
var embedded []byte

// Catalogue is a set of services. All methods may be called by many
// goroutines, also while Extend runs: a call sees the set before or after it.
type Catalogue struct {
	// extending serializes writers of index.
	extending sync.Mutex
	index     atomic.Pointer[index]
}

// index finds services. It is replaced, never changed.
type index struct {
	services  []*Service // by name
	byName    map[string]*Service
	byPrefix  map[string][]*Service // endpoint prefix
	bySigning map[string][]*Service
	byTarget  map[string][]*Service
	byVersion map[string][]*Service // those that take queries, by API version
}

// Open returns the catalogue that is embedded in the binary. It reads the index
// only; each service is unpacked when it is first used. Every call returns a
// catalogue of its own.
func Open() (*Catalogue, error) {
	services, err := readFile(embedded)
	if err != nil {
		return nil, err
	}
	return newCatalogue(services), nil
}

// OpenDir returns a catalogue of only the models in a folder laid out as
// botocore's data folder; see [distill.ReadFolder].
func OpenDir(dir string) (*Catalogue, error) {
	c := newCatalogue(nil)
	return c, c.Extend(dir)
}

func newCatalogue(services []*Service) *Catalogue {
	c := new(Catalogue)
	c.index.Store(buildIndex(services))
	return c
}

// Extend adds the models of a folder laid out as botocore's data folder. A
// service that the catalogue has under the same folder name is replaced, whole.
// When a model cannot be read nothing is changed.
func (c *Catalogue) Extend(dir string) error {
	models, err := distill.ReadFolder(dir)
	if err != nil {
		return err
	}
	file, err := distill.Catalogue(models, distill.Quick)
	if err != nil {
		return err
	}
	added, err := readFile(file)
	if err != nil {
		return fmt.Errorf("BUG: distilled models: %w", err)
	}
	c.extending.Lock()
	defer c.extending.Unlock()
	all := slices.DeleteFunc(slices.Clone(c.index.Load().services), func(s *Service) bool {
		return slices.ContainsFunc(added, func(a *Service) bool { return a.Name == s.Name })
	})
	c.index.Store(buildIndex(append(all, added...)))
	return nil
}

func buildIndex(services []*Service) *index {
	x := &index{
		services:  services,
		byName:    make(map[string]*Service, len(services)),
		byPrefix:  make(map[string][]*Service, len(services)),
		bySigning: make(map[string][]*Service, len(services)),
		byTarget:  make(map[string][]*Service),
		byVersion: make(map[string][]*Service),
	}
	slices.SortFunc(x.services, func(a, b *Service) int { return strings.Compare(a.Name, b.Name) })
	for _, s := range x.services {
		x.byName[s.Name] = s
		x.byPrefix[s.EndpointPrefix] = append(x.byPrefix[s.EndpointPrefix], s)
		x.bySigning[s.SigningName] = append(x.bySigning[s.SigningName], s)
		if s.TargetPrefix != "" {
			x.byTarget[s.TargetPrefix] = append(x.byTarget[s.TargetPrefix], s)
			// Models have the package in front that some clients leave out: the SDK
			// for Go sends CloudTrail_20131101.CreateTrail.
			if dot := strings.LastIndexByte(s.TargetPrefix, '.'); dot >= 0 {
				short := s.TargetPrefix[dot+1:]
				x.byTarget[short] = append(x.byTarget[short], s)
			}
		}
		if s.takesQueries() {
			x.byVersion[s.APIVersion] = append(x.byVersion[s.APIVersion], s)
		}
	}
	for key, list := range x.bySigning {
		namesakeFirst(list, key)
	}
	for key, list := range x.byPrefix {
		namesakeFirst(list, key)
	}
	return x
}

// namesakeFirst moves the service that a key is the name of to the front: of
// rds, docdb and neptune, which are signed as rds, rds.
func namesakeFirst(list []*Service, key string) {
	slices.SortStableFunc(list, func(a, b *Service) int {
		switch {
		case a.Name == key && b.Name != key:
			return -1
		case b.Name == key && a.Name != key:
			return 1
		}
		return 0
	})
}

// takesQueries tells whether the service answers Action=.
func (s *Service) takesQueries() bool { return s.QueryCompatible || s.has(Query, EC2) }

// Services lists all services by name. The slice is the caller's to read only.
func (c *Catalogue) Services() []*Service { return c.index.Load().services }

// Service finds the service that a name stands for: botocore's name, or else a
// signing name, or else an endpoint prefix. Where several services have the
// same signing name or prefix it is the one of that name, or else the first by
// name. It returns nil where there is none.
func (c *Catalogue) Service(name string) *Service {
	x := c.index.Load()
	if s := x.byName[name]; s != nil {
		return s
	}
	if all := x.named(name); len(all) > 0 {
		return all[0]
	}
	return nil
}

// Named lists all services that are signed as name or, where there are none,
// have it as their endpoint prefix or name. The slice is the caller's to read
// only.
func (c *Catalogue) Named(name string) []*Service { return c.index.Load().named(name) }

func (x *index) named(name string) []*Service {
	if all := x.bySigning[name]; len(all) > 0 {
		return all
	}
	if all := x.byPrefix[name]; len(all) > 0 {
		return all
	}
	if s := x.byName[name]; s != nil {
		return []*Service{s}
	}
	return nil
}

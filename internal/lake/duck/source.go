package duck

/*
#include <stdint.h>
#include <stdlib.h>

void cairn_duck_source_bind(void *info);
void cairn_duck_source_init(void *info);
void cairn_duck_source_next(void *info, void *output);

static void *cairn_duck_source_bind_address(void) { return (void *)cairn_duck_source_bind; }
static void *cairn_duck_source_init_address(void) { return (void *)cairn_duck_source_init; }
static void *cairn_duck_source_next_address(void) { return (void *)cairn_duck_source_next; }
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/cgo"
	"runtime/debug"
	"unsafe"

	"github.com/duckdb/duckdb-go/mapping"

	"github.com/cairntrail/cairn/internal/lake/schema"
	"github.com/cairntrail/cairn/internal/lake/shred"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// ChunkRows is how many rows a chunk may have at the most.
const ChunkRows = 2048

// Source gives the rows of a table function: the next chunk at each call, nil after
// the last. DuckDB is done with a chunk when it asks for the next.
type Source func() (*shred.Chunk, error)

// source is what a table function gives out.
type source struct {
	name  string
	names []string
	types []mapping.LogicalType
	// fill fills DuckDB's chunk with the next rows; none after the last.
	fill func(mapping.DataChunk) error
	// done lets go of what fill holds.
	done func()
}

// AddSource makes rows known as a table function without arguments, which can be read
// once: the rows come in their order, and are never in memory as a whole. It is for
// an engine that writes.
func (e *Engine) AddSource(ctx context.Context, name string, columns []trinosql.Column, next Source) error {
	f := &filler{next: next}
	s := &source{name: name, fill: f.fill, done: f.pin.Unpin}
	e.sources = append(e.sources, s)
	for _, c := range columns {
		t, err := e.parseType(ctx, schema.DuckDB(c.Type))
		if err != nil {
			return err
		}
		s.names, s.types = append(s.names, c.Name), append(s.types, t)
	}
	return e.registerSource(s)
}

func (e *Engine) registerSource(s *source) error {
	if !e.writes {
		return errors.New("this engine only reads")
	}
	function := mapping.CreateTableFunction()
	defer mapping.DestroyTableFunction(&function)
	mapping.TableFunctionSetName(function, s.name)
	box, err := e.box(s)
	if err != nil {
		return err
	}
	mapping.TableFunctionSetExtraInfo(function, box, freeAddress())
	mapping.TableFunctionSetBind(function, C.cairn_duck_source_bind_address())
	mapping.TableFunctionSetInit(function, C.cairn_duck_source_init_address())
	mapping.TableFunctionSetFunction(function, C.cairn_duck_source_next_address())
	if mapping.RegisterTableFunction(e.conn, function) == mapping.StateError {
		return fmt.Errorf("DuckDB does not take the source %s", s.name)
	}
	return nil
}

// close frees what the source has of DuckDB's.
func (s *source) close() {
	s.done()
	for i := range s.types {
		mapping.DestroyLogicalType(&s.types[i])
	}
}

// unbox is what a box has that DuckDB hands back.
func unbox[T any](box unsafe.Pointer) T {
	return cgo.Handle(*(*C.uintptr_t)(box)).Value().(T)
}

//export cairn_duck_source_bind
func cairn_duck_source_bind(info unsafe.Pointer) {
	b := mapping.BindInfo{Ptr: info}
	s := unbox[*source](mapping.BindGetExtraInfo(b))
	for i, name := range s.names {
		mapping.BindAddResultColumn(b, name, s.types[i])
	}
}

//export cairn_duck_source_init
func cairn_duck_source_init(info unsafe.Pointer) {
	mapping.InitSetMaxThreads(mapping.InitInfo{Ptr: info}, 1)
}

//export cairn_duck_source_next
func cairn_duck_source_next(info, output unsafe.Pointer) {
	f := mapping.FunctionInfo{Ptr: info}
	s := unbox[*source](mapping.FunctionGetExtraInfo(f))
	if err := s.safely(mapping.DataChunk{Ptr: output}); err != nil {
		mapping.FunctionSetError(f, err.Error())
	}
}

// safely fills a chunk. Nothing may leave it but by its return: a panic would end the
// process.
func (s *source) safely(output mapping.DataChunk) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: BUG: %v\n%s", s.name, p, debug.Stack())
		}
	}()
	return s.fill(output)
}

// filler fills chunks of DuckDB's with those of a Source.
type filler struct {
	next Source
	pin  runtime.Pinner
}

func (f *filler) fill(output mapping.DataChunk) error {
	f.pin.Unpin()
	c, err := f.next()
	if err != nil || c == nil {
		mapping.DataChunkSetSize(output, 0)
		return err
	}
	if c.Rows > ChunkRows || c.Rows == 0 || len(c.Columns) != int(mapping.DataChunkGetColumnCount(output)) {
		return fmt.Errorf("BUG: a chunk of %d rows and %d columns", c.Rows, len(c.Columns))
	}
	l := loader{}
	if len(c.Arena) > 0 {
		// Strings of the chunk point into the arena until DuckDB asks for the next.
		f.pin.Pin(&c.Arena[0])
		l.arena = unsafe.Pointer(&c.Arena[0])
	}
	for i := range c.Columns {
		l.load(mapping.DataChunkGetVector(output, mapping.IdxT(i)), &c.Columns[i])
	}
	mapping.DataChunkSetSize(output, mapping.IdxT(c.Rows))
	return nil
}

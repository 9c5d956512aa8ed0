package duck

/*
#include <stdint.h>
#include <stdlib.h>

void cairn_duck_call(void *info, void *input, void *output);

// A handle of Go in memory that DuckDB may keep a pointer to.
static void *cairn_duck_box(uintptr_t handle) {
	uintptr_t *box = malloc(sizeof *box);
	if (box != NULL) *box = handle;
	return box;
}
static void *cairn_duck_call_address(void) { return (void *)cairn_duck_call; }
static void *cairn_duck_free_address(void) { return (void *)free; }
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"runtime/cgo"
	"runtime/debug"
	"unsafe"

	"github.com/duckdb/duckdb-go/mapping"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// grouped puts functions of one name together, in the order of their first mention.
func grouped(functions []value.Function) [][]value.Function {
	var out [][]value.Function
	at := make(map[string]int)
	for _, f := range functions {
		i, known := at[f.Name]
		if !known {
			i = len(out)
			at[f.Name] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], f)
	}
	return out
}

// register makes functions of one name known to DuckDB.
func (e *Engine) register(ctx context.Context, overloads []value.Function) error {
	set := mapping.CreateScalarFunctionSet(overloads[0].Name)
	defer mapping.DestroyScalarFunctionSet(&set)
	for _, f := range overloads {
		if err := e.addOverload(ctx, set, f); err != nil {
			return err
		}
	}
	if mapping.RegisterScalarFunctionSet(e.conn, set) == mapping.StateError {
		return errors.New("DuckDB does not take the function")
	}
	return nil
}

func (e *Engine) addOverload(ctx context.Context, set mapping.ScalarFunctionSet, f value.Function) error {
	function := mapping.CreateScalarFunction()
	defer mapping.DestroyScalarFunction(&function)
	mapping.ScalarFunctionSetName(function, f.Name)
	with := func(text string, set func(mapping.ScalarFunction, mapping.LogicalType)) error {
		t, err := e.parseType(ctx, text)
		if err != nil {
			return err
		}
		defer mapping.DestroyLogicalType(&t)
		set(function, t)
		return nil
	}
	for _, p := range f.Params {
		if err := with(p, mapping.ScalarFunctionAddParameter); err != nil {
			return err
		}
	}
	if f.Variadic != "" {
		if err := with(f.Variadic, mapping.ScalarFunctionSetVarargs); err != nil {
			return err
		}
	}
	if err := with(f.Result, mapping.ScalarFunctionSetReturnType); err != nil {
		return err
	}
	if f.Volatile {
		mapping.ScalarFunctionSetVolatile(function)
	}
	mapping.ScalarFunctionSetSpecialHandling(function) // call sees to NULLs
	box, err := e.box(&f)
	if err != nil {
		return err
	}
	mapping.ScalarFunctionSetExtraInfo(function, box, freeAddress())
	mapping.ScalarFunctionSetFunction(function, C.cairn_duck_call_address())
	if mapping.AddScalarFunctionToSet(set, function) == mapping.StateError {
		return errors.New("an overload is there twice")
	}
	return nil
}

// box puts a value where DuckDB can keep a pointer to it, and frees it when the engine
// is closed.
func (e *Engine) box(v any) (unsafe.Pointer, error) {
	handle := cgo.NewHandle(v)
	e.handles = append(e.handles, handle)
	box := C.cairn_duck_box(C.uintptr_t(handle))
	if box == nil {
		return nil, errors.New("no memory")
	}
	return box, nil
}

// freeAddress is the function that DuckDB frees a box with.
func freeAddress() unsafe.Pointer { return C.cairn_duck_free_address() }

// cairn_duck_call is what DuckDB calls for a piece of a column, from its own threads.
// Nothing may leave it but by its return: a panic would end the process.
//
//export cairn_duck_call
func cairn_duck_call(info, input, output unsafe.Pointer) {
	fi := mapping.FunctionInfo{Ptr: info}
	f := unbox[*value.Function](mapping.ScalarFunctionGetExtraInfo(fi))
	if err := call(f, mapping.DataChunk{Ptr: input}, mapping.Vector{Ptr: output}); err != nil {
		mapping.ScalarFunctionSetError(fi, err.Error())
	}
}

// call computes the results of a function for all rows of a chunk.
func call(f *value.Function, input mapping.DataChunk, output mapping.Vector) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: BUG: %v\n%s", f.Name, p, debug.Stack())
		}
	}()
	n := int(mapping.DataChunkGetSize(input))
	args := make([]reader, int(mapping.DataChunkGetColumnCount(input)))
	for i := range args {
		v := mapping.DataChunkGetVector(input, mapping.IdxT(i))
		t := mapping.VectorGetColumnType(v)
		args[i], err = newReader(t)
		mapping.DestroyLogicalType(&t)
		if err != nil {
			return fmt.Errorf("%s: argument %d: %w", f.Name, i+1, err)
		}
		args[i].load(v, n)
	}
	w := newWriter(output)
	values := make([]any, len(args))
	for row := range n {
		null := false
		for i := range args {
			values[i] = args[i].value(row)
			null = null || values[i] == nil
		}
		var result any
		if !null || f.Nulls {
			if result, err = f.Call(values); err != nil {
				return err
			}
		}
		if err := w.set(row, result); err != nil {
			return fmt.Errorf("%s: BUG: %w", f.Name, err)
		}
	}
	return nil
}

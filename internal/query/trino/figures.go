package trino

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// figures are what the coordinator has counted of a statement that has ended.
type figures struct {
	Final bool `json:"finalQueryInfo"`
	Stats struct {
		Read      int64      `json:"physicalInputPositions"`
		Operators []operator `json:"operatorSummaries"`
	} `json:"queryStats"`
}

type operator struct {
	Stage    json.Number `json:"stageId"`
	Pipeline int         `json:"pipelineId"`
	Operator int         `json:"operatorId"`
	Type     string      `json:"operatorType"`
	Output   int64       `json:"outputPositions"`
}

// matched counts the rows that came through the conditions on their tables: what the
// operators that read tables gave on, or the filter that follows one at once.
func (f figures) matched() int64 {
	type place struct {
		stage              json.Number
		pipeline, operator int
	}
	filtered := make(map[place]int64)
	for _, o := range f.Stats.Operators {
		if o.Type == "FilterAndProjectOperator" {
			filtered[place{o.Stage, o.Pipeline, o.Operator}] = o.Output
		}
	}
	var n int64
	for _, o := range f.Stats.Operators {
		switch o.Type {
		case "ScanFilterAndProjectOperator":
			n += o.Output
		case "TableScanOperator":
			if after, ok := filtered[place{o.Stage, o.Pipeline, o.Operator + 1}]; ok {
				n += after
			} else {
				n += o.Output
			}
		}
	}
	return n
}

// The figures of a statement become final some moments after its last row. They are
// asked for so often, and so often at most.
const (
	figuresPause = 20 * time.Millisecond
	figuresTries = 250
)

var errNotFinal = errors.New("the server has not added them up in time")

// figures asks for the final figures of a statement that has finished.
func (e *Engine) figures(ctx context.Context, id string) (figures, error) {
	pause := time.NewTicker(figuresPause)
	defer pause.Stop()
	for range figuresTries {
		f, err := e.askFigures(ctx, id)
		if err != nil {
			return f, fmt.Errorf("the figures of statement %s: %w", id, err)
		}
		if f.Final {
			return f, nil
		}
		select {
		case <-ctx.Done():
			return f, ctx.Err()
		case <-pause.C:
		}
	}
	return figures{}, fmt.Errorf("the figures of statement %s: %w", id, errNotFinal)
}

func (e *Engine) askFigures(ctx context.Context, id string) (figures, error) {
	var f figures
	resp, err := e.send(ctx, http.MethodGet, id)
	if err != nil {
		return f, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return f, fmt.Errorf("the server answered %s", resp.Status)
	}
	return f, json.NewDecoder(resp.Body).Decode(&f)
}

// send asks the server about a statement by its id.
func (e *Engine) send(ctx context.Context, method, id string) (*http.Response, error) {
	u := *e.url
	u.Path = "/v1/query/" + id
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	e.authorize(req)
	return e.client.Do(req)
}

// cancel tells the server to end a statement.
func (e *Engine) cancel(ctx context.Context, id string) error {
	resp, err := e.send(ctx, http.MethodDelete, id)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if resp.StatusCode >= 300 && resp.StatusCode != http.StatusGone && resp.StatusCode != http.StatusNotFound {
		return fmt.Errorf("the server answered %s", resp.Status)
	}
	return nil
}

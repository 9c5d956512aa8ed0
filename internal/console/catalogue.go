package console

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/recorder/style"
	"github.com/cairntrail/cairn/internal/selector"
)

// resourceType is a type of resources of data events, for people to choose.
type resourceType struct {
	Type  string `json:"type"`
	Label string `json:"label"`
	// ARN tells whether resources of the type have ARNs.
	ARN bool `json:"arn"`
}

// showCatalogue answers with what there is to choose from in forms. It is the same for
// everybody.
func (c *Console) showCatalogue(x *call) error {
	x.w.Header().Set("Cache-Control", "private, max-age=3600")
	writeBody(x.w, http.StatusOK, c.catalogue())
	return nil
}

func catalogue() []byte {
	known, err := awsmodel.Open()
	if err != nil {
		panic("BUG: the catalogue in this binary: " + err.Error())
	}
	var sources []string
	for _, s := range known.Services() {
		sources = append(sources, style.Source(&awsmodel.Call{Service: s, ServiceName: s.Name}))
	}
	slices.Sort(sources)
	var types []string
	var labels []resourceType
	for _, t := range selector.ResourceTypes() {
		types = append(types, t.Type)
		labels = append(labels, resourceType{t.Type, t.Label, t.HasARN()})
	}
	out, err := json.Marshal(map[string]any{
		"eventSources": slices.Compact(sources), "dataResourceTypes": types, "resourceTypes": labels,
		"networkEventSources": selector.NetworkEventSources(), "insightTypes": []string{selector.APICallRate, selector.APIErrorRate},
	})
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return out
}

package selector

import (
	"errors"
	"fmt"
	"strings"
)

// Event is what selectors look at of one record. Fields that the record lacks
// are empty.
type Event struct {
	Category string // eventCategory
	Name     string // eventName
	Source   string // eventSource
	Type     string // eventType
	// ReadOnly and FromConsole are "true", "false" or empty; the latter is
	// sessionCredentialFromConsole.
	ReadOnly    string
	FromConsole string
	UserARN     string // userIdentity.arn
	ErrorCode   string
	VPCEndpoint string // vpcEndpointId
	Resources   []Resource
}

// Resource is one element of a record's resources.
type Resource struct {
	Type string
	// ARN is the element's ARN or, for requests on many objects, which have
	// none, its ARNPrefix (line 21105).
	ARN string
}

// value returns a field that is not one of resources.
func (e *Event) value(f field) string {
	switch f {
	case fieldCategory:
		return e.Category
	case fieldReadOnly:
		return e.ReadOnly
	case fieldEventName:
		return e.Name
	case fieldEventSource:
		return e.Source
	case fieldEventType:
		return e.Type
	case fieldFromConsole:
		return e.FromConsole
	case fieldUserARN:
		return e.UserARN
	case fieldErrorCode:
		return e.ErrorCode
	case fieldVPCEndpoint:
		return e.VPCEndpoint
	}
	panic("BUG: a field of resources has no single value")
}

// errRecord is wrapped by all errors of ReadEvent.
var errRecord = errors.New("the record is not a JSON object")

// ReadEvent reads an Event from a record that event.Parse accepts, in one pass;
// what it skips it does not validate again. The event shares raw's memory: raw
// must not change afterwards. As in event.Parse, members of an unexpected kind
// count as absent, and records without eventCategory, older than eventVersion
// 1.07, are management events unless managementEvent is false.
func ReadEvent(raw []byte) (Event, error) {
	r := recordReader{scan: scan{b: raw}}
	r.record()
	if r.err == nil && r.space() != 0 {
		r.fail()
	}
	if r.err != nil {
		return Event{}, fmt.Errorf("%w: byte %d", r.err, r.i)
	}
	if r.event.Category == "" {
		r.event.Category = Management
		if r.management == "false" {
			r.event.Category = Data
		}
	}
	return r.event, nil
}

// recordReader fills in an Event.
type recordReader struct {
	scan
	event      Event
	management string // managementEvent
}

func (r *recordReader) record() {
	e := &r.event
	if !r.enter('{') {
		r.fail()
		return
	}
	for r.more('}') {
		switch string(r.key()) {
		case "eventCategory":
			r.str(&e.Category)
		case "eventName":
			r.str(&e.Name)
		case "eventSource":
			r.str(&e.Source)
		case "eventType":
			r.str(&e.Type)
		case "errorCode":
			r.str(&e.ErrorCode)
		case "vpcEndpointId":
			r.str(&e.VPCEndpoint)
		case "readOnly":
			r.boolean(&e.ReadOnly)
		case "sessionCredentialFromConsole":
			r.boolean(&e.FromConsole)
		case "managementEvent":
			r.boolean(&r.management)
		case "userIdentity":
			r.userIdentity()
		case "resources":
			r.resources()
		default:
			r.skip()
		}
	}
}

// boolean reads true or false, also in quotes, as the word.
func (r *recordReader) boolean(into *string) {
	switch r.space() {
	case 't':
		*into = "true"
		r.skip()
	case 'f':
		*into = "false"
		r.skip()
	default:
		var word string
		r.str(&word)
		if strings.EqualFold(word, "true") {
			*into = "true"
		} else if strings.EqualFold(word, "false") {
			*into = "false"
		}
	}
}

func (r *recordReader) userIdentity() {
	if !r.enter('{') {
		r.skip()
		return
	}
	for r.more('}') {
		if string(r.key()) == "arn" {
			r.str(&r.event.UserARN)
		} else {
			r.skip()
		}
	}
}

func (r *recordReader) resources() {
	if !r.enter('[') {
		r.skip()
		return
	}
	for r.more(']') {
		if !r.enter('{') {
			r.skip()
			continue
		}
		var res Resource
		var prefix string
		for r.more('}') {
			switch string(r.key()) {
			case "type":
				r.str(&res.Type)
			case "ARN", "arn":
				r.str(&res.ARN)
			case "ARNPrefix":
				r.str(&prefix)
			default:
				r.skip()
			}
		}
		if res.ARN == "" {
			res.ARN = prefix
		}
		if r.event.Resources == nil {
			r.event.Resources = make([]Resource, 0, 2)
		}
		if res != (Resource{}) {
			r.event.Resources = append(r.event.Resources, res)
		}
	}
}

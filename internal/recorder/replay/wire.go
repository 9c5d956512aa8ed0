package replay

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/awsmodel/encode"
	"github.com/cairntrail/cairn/internal/recorder/style"
)

// s3Request turns S3's parameters, which are those of HTTP, back into a request.
func s3Request(call *awsmodel.Call, r *Record) (*http.Request, error) {
	host, bucket, key, body := "s3."+r.Region+".amazonaws.com", "", "", ""
	header, query := http.Header{}, url.Values{}
	constants := strings.SplitN(call.Operation.URI, "?", 2)
	for _, f := range r.Parameters.Fields {
		switch name := f.Name; {
		case name == "Host":
			host = f.Value.Text
		case name == "bucketName":
			bucket = f.Value.Text
		case name == "key":
			key = f.Value.Text
		case name == "bucketPolicy":
			body = string(style.Append(nil, &f.Value))
		case f.Value.Kind == decode.Object:
			body = string(appendXML(nil, name, &f.Value))
		case strings.HasPrefix(name, "x-amz-"):
			header.Set(name, f.Value.Text)
		default:
			query.Set(name, f.Value.Text)
		}
	}
	path := "/" + (&url.URL{Path: key}).EscapedPath()
	switch {
	case call.ServiceName == "s3control":
		path = constants[0]
		for strings.Contains(path, "{") {
			before, rest, _ := strings.Cut(path, "{")
			_, after, _ := strings.Cut(rest, "}")
			path = before + "standin" + after
		}
		header.Set("x-amz-account-id", "123456789012")
	case bucket != "" && !strings.HasPrefix(host, bucket+"."):
		path = "/" + bucket + strings.TrimSuffix(path, "/")
		if key == "" {
			path = "/" + bucket
		}
	}
	req, err := http.NewRequest(call.Operation.Method, "https://"+host+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.URL.RawQuery, req.Header, req.Host = query.Encode(), header, host
	return req, nil
}

// s3Answer gives S3's answer: the headers and the document of responseElements.
func s3Answer(r *Record) *encode.Answer {
	a := &encode.Answer{Status: http.StatusOK, Header: http.Header{"X-Amz-Request-Id": {r.RequestID}}}
	if r.Elements.Kind != decode.Object {
		return a
	}
	for _, f := range r.Elements.Fields {
		if f.Value.Kind == decode.Object {
			a.Body = appendXML(nil, f.Name, &f.Value)
			continue
		}
		a.Header.Set(f.Name, f.Value.Text)
	}
	return a
}

// formRequest turns the parameters of a newer operation of EC2 back into its
// form.
func formRequest(call *awsmodel.Call, r *Record) (*http.Request, error) {
	form := url.Values{"Action": {call.Operation.Name}, "Version": {call.Service.APIVersion}}
	if v := r.Parameters.Get(call.Operation.Name + "Request"); v != nil && v.Kind == decode.Object {
		addForm(form, "", v)
	}
	host := r.Host
	if host == "" {
		host = "ec2." + r.Region + ".amazonaws.com"
	}
	req, err := http.NewRequest(http.MethodPost, "https://"+host+"/", strings.NewReader(form.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	return req, err
}

func addForm(form url.Values, prefix string, v *decode.Value) {
	for i := range v.Fields {
		f := &v.Fields[i]
		name := prefix + f.Name
		values := f.Value.Items
		if f.Value.Kind != decode.List {
			values = []decode.Value{f.Value}
		}
		for j := range values {
			item := &values[j]
			if item.Kind != decode.Object {
				form.Set(name, item.Text)
				continue
			}
			at := name
			if tag := item.Get("tag"); tag != nil {
				at += "." + tag.Text
			}
			if content := item.Get("content"); content != nil {
				form.Set(at, content.Text)
				continue
			}
			rest := decode.Value{Kind: decode.Object}
			for _, inner := range item.Fields {
				if inner.Name != "tag" {
					rest.Fields = append(rest.Fields, inner)
				}
			}
			addForm(form, at+".", &rest)
		}
	}
}

// ec2Answer writes EC2's answer from what older or newer operations record.
func ec2Answer(call *awsmodel.Call, r *Record) *encode.Answer {
	a := &encode.Answer{Status: http.StatusOK, Header: http.Header{"X-Amzn-Requestid": {r.RequestID}, "Content-Type": {"text/xml;charset=UTF-8"}}}
	name := call.Operation.Name + "Response"
	switch inner := r.Elements.Get(name); {
	case r.Elements.Kind != decode.Object:
		a.Body = []byte("<" + name + "><requestId>" + r.RequestID + "</requestId></" + name + ">")
	case inner != nil:
		a.Body = appendXML(nil, name, inner)
	default:
		a.Body = appendXML(nil, name, olderXML(&r.Elements))
	}
	return a
}

// olderXML undoes the sets of an older operation's answer.
func olderXML(v *decode.Value) *decode.Value {
	out := decode.Value{Kind: decode.Object}
	for _, f := range v.Fields {
		name := strings.TrimPrefix(f.Name, "_")
		switch f.Value.Kind {
		case decode.Object:
			out.Fields = append(out.Fields, decode.Field{Name: name, Value: *olderXML(&f.Value)})
		case decode.List:
			items := decode.Value{Kind: decode.List}
			for i := range f.Value.Items {
				if item := &f.Value.Items[i]; item.Kind == decode.Object {
					items.Items = append(items.Items, *olderXML(item))
				} else {
					items.Items = append(items.Items, *item)
				}
			}
			out.Fields = append(out.Fields, decode.Field{Name: "item", Value: items})
		default:
			out.Fields = append(out.Fields, decode.Field{Name: name, Value: f.Value})
		}
	}
	return &out
}

// appendXML writes an element; xmlns is an attribute, and a list is the element
// several times.
func appendXML(b []byte, name string, v *decode.Value) []byte {
	if v.Kind == decode.List {
		for i := range v.Items {
			b = appendXML(b, name, &v.Items[i])
		}
		return b
	}
	b = append(append(b, '<'), name...)
	if ns := v.Get("xmlns"); ns != nil {
		b = append(append(append(b, ` xmlns="`...), ns.Text...), '"')
	}
	b = append(b, '>')
	if v.Kind == decode.Object {
		for i := range v.Fields {
			if f := &v.Fields[i]; f.Name != "xmlns" {
				b = appendXML(b, f.Name, &f.Value)
			}
		}
	} else {
		var text strings.Builder
		_ = xml.EscapeText(&text, []byte(v.Text)) // a Builder takes everything
		b = append(b, text.String()...)
	}
	return append(append(append(b, "</"...), name...), '>')
}

package inlet

import (
	"fmt"
	"net/url"
)

// Object is an object that a message tells of.
type Object struct{ Bucket, Key string }

// Objects reads what a queue was told of new log files, in any of three forms: an event
// notification of S3, the same from a topic of SNS, and what CloudTrail itself tells a
// topic (s3Bucket and s3ObjectKey). An event of EventBridge about a new object is taken
// too. A message that S3 sends as a test has none.
func Objects(body string) ([]Object, error) {
	v, err := parse([]byte(body))
	if err != nil {
		return nil, fmt.Errorf("the message is not JSON: %w", err)
	}
	for range 2 { // SNS in SNS is not known, but costs nothing
		message := text(v, "Message")
		if message == "" {
			break
		}
		if v, err = parse([]byte(message)); err != nil {
			return nil, fmt.Errorf("the message of the topic is not JSON: %w", err)
		}
	}
	if bucket := text(v, "s3Bucket"); bucket != "" {
		keys, _ := at(v, "s3ObjectKey").([]any)
		var out []Object
		for _, key := range keys {
			out = append(out, Object{bucket, text(key)})
		}
		return out, nil
	}
	if text(v, "Event") == "s3:TestEvent" {
		return nil, nil
	}
	if bucket, key := text(v, "detail", "bucket", "name"), text(v, "detail", "object", "key"); bucket != "" && key != "" {
		return []Object{{bucket, key}}, nil
	}
	records, ok := at(v, "Records").([]any)
	if !ok {
		return nil, fmt.Errorf("the message is neither an event of S3 nor one that CloudTrail sends to a topic")
	}
	var out []Object
	for _, r := range records {
		key, err := url.QueryUnescape(text(r, "s3", "object", "key"))
		if err != nil || key == "" {
			return nil, fmt.Errorf("a record of the message has no key of an object")
		}
		out = append(out, Object{text(r, "s3", "bucket", "name"), key})
	}
	return out, nil
}

package notify

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/cairntrail/cairn/internal/event"
)

// maxMessage is the largest message that SNS takes, in bytes. Source: Publish,
// Amazon SNS API Reference.
const maxMessage = 256 << 10

// validation is the message that CloudTrail sends to find out whether it may
// publish. Readers of its topics know it and pass over it.
const validation = "CloudTrail validation message."

// Message says that log files were delivered.
type Message struct {
	Bucket string
	// Keys are those of the log files, with the trail's prefix.
	Keys []string
}

// appendTo writes the members of the message's JSON object, with as many keys
// from the first on as fit into limit bytes, and at least one. It says how many.
// The bytes follow from the message and from nothing else.
func (m Message) appendTo(b []byte, limit int) ([]byte, int) {
	b = append(b, `"s3Bucket":`...)
	b = event.AppendString(b, m.Bucket)
	b = append(b, `,"s3ObjectKey":[`...)
	for i, key := range m.Keys {
		was := len(b)
		if i > 0 {
			b = append(b, ',')
		}
		b = event.AppendString(b, key)
		if i > 0 && len(b)+len("]}") > limit {
			return append(b[:was], ']'), i
		}
	}
	return append(b, ']'), len(m.Keys)
}

// Topic tells a topic about log files: {"s3Bucket":"…","s3ObjectKey":["…",…]},
// in several messages if one would be too large, and in none without keys.
// Error.Done counts keys. Source: "Configuring Amazon SNS notifications for
// CloudTrail".
func (s *Sinks) Topic(ctx context.Context, topicARN string, m Message) error {
	for done, n := 0, 0; done < len(m.Keys); done += n {
		var text []byte
		text, n = Message{m.Bucket, m.Keys[done:]}.appendTo([]byte{'{'}, maxMessage)
		if e := s.publish(ctx, topicARN, string(text)+"}"); e != nil {
			e.Done = done
			return e
		}
	}
	return nil
}

// CheckTopic finds out whether a topic can be published to, by publishing
// CloudTrail's validation message. A no is a [*Refusal] with
// InsufficientSnsTopicPolicyException; that nobody answers is an [*Error].
func (s *Sinks) CheckTopic(ctx context.Context, topicARN string) error {
	e := s.publish(ctx, topicARN, validation)
	switch {
	case e == nil:
		return nil
	case e.Retry, e.Code == CodeNotConfigured, e.Code == CodeCredentials:
		return e
	}
	return &Refusal{"InsufficientSnsTopicPolicyException", "SNS Topic does not exist or the topic policy is incorrect!", e}
}

func (s *Sinks) publish(ctx context.Context, topicARN, text string) *Error {
	op := "publish to " + topicARN
	if s.topics == nil {
		return notConfigured(op, "an endpoint of SNS")
	}
	a, err := arn.Parse(topicARN)
	if err != nil || a.Service != "sns" || a.Resource == "" || strings.Contains(a.Resource, ":") {
		return &Error{Op: op, Code: CodeInvalid, Message: "it is not the ARN of a topic", Err: err}
	}
	return s.try(ctx, op, s.cfg.Topics.URL, func(ctx context.Context) error {
		_, err := s.topics.Publish(ctx, &sns.PublishInput{TopicArn: aws.String(topicARN), Message: aws.String(text)},
			func(o *sns.Options) { o.Region = s.cfg.Topics.region(a.Region) })
		return err
	})
}

package resource

import (
	"net/url"
	"strings"
)

// reading makes text for an ARN, or a whole ARN, out of a value of a call. It
// may give several, or nothing.
type reading func(c *Call, v string) []draft

// readings are the readings by their names in templates.
var readings = map[string]reading{
	"arn":       arnOrName,
	"isarn":     onlyARN,
	"function":  function,
	"queue":     queue,
	"topic":     topic,
	"endpoint":  endpoint,
	"key":       key,
	"paykey":    paymentKey,
	"payalias":  paymentAlias,
	"parameter": parameter,
	"instance":  instance,
	"table":     upTo("/index/", true),
	"ofstream":  upTo("/stream/", false),
	"consumed":  upTo("/consumer/", false),
	"iterator":  iterator(""),
	"iterated":  iterator("/stream/"),
	"sqltable":  sqlTables(1),
	"sqlbase":   sqlTables(2),
	"sqlboth":   sqlTables(3),
	"mailbox":   mailbox,
}

func text(s string) []draft {
	if s == "" {
		return nil
	}
	return []draft{{text: s}}
}

func whole(arn string) []draft { return []draft{{arn, true}} }

func isARN(s string) bool { return strings.HasPrefix(s, "arn:") && strings.Count(s, ":") >= 5 }

// arnOrName is for members that take an ARN in place of a name.
func arnOrName(_ *Call, v string) []draft {
	if isARN(v) {
		return whole(v)
	}
	return text(v)
}

// onlyARN is for members where nothing but an ARN tells which resource it is.
func onlyARN(_ *Call, v string) []draft {
	if isARN(v) {
		return whole(v)
	}
	return nil
}

// upTo is for ARNs of what lies within the resource, such as the index of a
// table: it cuts them at a mark. Names are taken as they are, or not at all.
func upTo(mark string, names bool) reading {
	return func(_ *Call, v string) []draft {
		switch {
		case isARN(v):
			v, _, _ = strings.Cut(v, mark)
			return whole(v)
		case names:
			return text(v)
		}
		return nil
	}
}

// iterator is for shard iterators of DynamoDB Streams, which have the ARN of
// the stream between vertical bars; others say nothing. That ARN is cut at the
// mark.
func iterator(mark string) reading {
	return func(_ *Call, v string) []draft {
		for arn := range strings.SplitSeq(v, "|") {
			if !isARN(arn) {
				continue
			}
			if mark != "" {
				arn, _, _ = strings.Cut(arn, mark)
			}
			return whole(arn)
		}
		return nil
	}
}

// function is for names of Lambda functions: a name, account:function:name, or
// an ARN, each with a version or alias or without ("Invoke" in Lambda's API
// reference). Records have the function without it.
func function(c *Call, v string) []draft {
	if isARN(v) {
		parts := strings.Split(v, ":")
		return whole(strings.Join(parts[:min(len(parts), 7)], ":"))
	}
	account := c.AccountID
	if before, after, found := strings.Cut(v, ":function:"); found {
		account, v = before, after
	}
	name, _, _ := strings.Cut(v, ":")
	if name == "" {
		return nil
	}
	return whole("arn:" + partition(c) + ":lambda:" + c.Region + ":" + account + ":function:" + name)
}

// queue is for URLs of SQS queues, whose path ends with account and name. Only
// the path is looked at: clients send the URL as it was given to them, which
// behind a gateway may have any host.
func queue(c *Call, v string) []draft {
	path := v
	if u, err := url.Parse(v); err == nil {
		path = u.Path
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	name := parts[len(parts)-1]
	if name == "" {
		return nil
	}
	account := c.AccountID
	if len(parts) > 1 && isAccount(parts[len(parts)-2]) {
		account = parts[len(parts)-2]
	}
	return whole("arn:" + partition(c) + ":sqs:" + c.Region + ":" + account + ":" + name)
}

// topic and endpoint part what SNS publishes to.
func topic(_ *Call, v string) []draft {
	if strings.Contains(v, ":endpoint/") {
		return nil
	}
	return onlyARN(nil, v)
}

func endpoint(_ *Call, v string) []draft {
	if !strings.Contains(v, ":endpoint/") {
		return nil
	}
	return onlyARN(nil, v)
}

// key is for key ids and ARNs of KMS. An alias says nothing: it can be pointed
// at another key at any time, and records have the key.
func key(_ *Call, v string) []draft {
	if strings.HasPrefix(v, "alias/") || strings.Contains(v, ":alias/") {
		return nil
	}
	return arnOrName(nil, v)
}

// paymentKey and paymentAlias part what Payment Cryptography takes as a key:
// ids do not have a prefix, aliases begin with alias/.
func paymentKey(_ *Call, v string) []draft { return key(nil, v) }

func paymentAlias(_ *Call, v string) []draft {
	if strings.HasPrefix(v, "alias/") || strings.Contains(v, ":alias/") {
		return arnOrName(nil, v)
	}
	return nil
}

// parameter is for names of Systems Manager parameters: the ARN has a slash
// before the name, whether or not the name begins with one, and no version or
// label. Parameters below /aws/service are AWS's and have no account
// ("Working with public parameters" in the Systems Manager guide).
func parameter(c *Call, v string) []draft {
	if isARN(v) {
		return whole(v)
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(v, "/"), ":")
	if strings.HasPrefix(name, "aws/service/") {
		return whole("arn:" + partition(c) + ":ssm:" + c.Region + "::parameter/" + name)
	}
	return text(name)
}

// instance is for ids of managed nodes: instances of EC2, and others, whose ids
// begin with mi-.
func instance(c *Call, v string) []draft {
	service, kind := "ec2", "instance/"
	if strings.HasPrefix(v, "mi-") {
		service, kind = "ssm", "managed-instance/"
	}
	if v == "" {
		return nil
	}
	return whole("arn:" + partition(c) + ":" + service + ":" + c.Region + ":" + c.AccountID + ":" + kind + v)
}

// mailbox is for senders of mail: the address without the display name.
func mailbox(_ *Call, v string) []draft {
	if isARN(v) {
		return whole(v)
	}
	if i := strings.LastIndexByte(v, '<'); i >= 0 {
		v, _, _ = strings.Cut(v[i+1:], ">")
	}
	return text(strings.TrimSpace(v))
}

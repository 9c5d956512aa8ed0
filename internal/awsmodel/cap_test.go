package awsmodel

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"testing"
)

func TestCap(t *testing.T) {
	f, _ := os.Open("/tmp/cap.jsonl")
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 64<<20)
	n, bad := 0, 0
	for sc.Scan() {
		var x struct {
			Svc, Op, Method, URL, Body string
			Headers                    map[string]string
		}
		if json.Unmarshal(sc.Bytes(), &x) != nil {
			continue
		}
		body, _ := base64.StdEncoding.DecodeString(x.Body)
		r, err := http.NewRequest(x.Method, x.URL, nil)
		if err != nil {
			t.Log(err)
			continue
		}
		for k, v := range x.Headers {
			r.Header.Set(k, v)
		}
		c := catalogue(t).Recognize(r, body)
		n++
		if c.ServiceName != x.Svc || c.OperationName != x.Op || c.Missing != 0 {
			bad++
			t.Logf("%s.%s: %s %s -> %s.%s %s", x.Svc, x.Op, x.Method, x.URL, c.ServiceName, c.OperationName, c.Missing)
		}
	}
	t.Logf("%d, %d bad", n, bad)
}

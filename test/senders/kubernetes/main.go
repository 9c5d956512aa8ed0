// Command kubernetes sends audit events with the code that kube-apiserver sends them
// with: the webhook backend of k8s.io/apiserver, and its batching.
package main

import (
	"fmt"
	"os"
	"time"

	authn "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	auditinternal "k8s.io/apiserver/pkg/apis/audit"
	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
	"k8s.io/apiserver/plugin/pkg/audit/buffered"
	"k8s.io/apiserver/plugin/pkg/audit/webhook"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "Usage: kubernetes KUBECONFIG, the file that kube-apiserver gets with --audit-webhook-config-file.")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(kubeconfig string) error {
	backoff := wait.Backoff{Duration: 100 * time.Millisecond, Factor: 1.5, Jitter: 0.2, Steps: 5}
	hook, err := webhook.NewBackend(kubeconfig, auditv1.SchemeGroupVersion, backoff, nil)
	if err != nil {
		return err
	}
	batching := buffered.NewBackend(hook, buffered.BatchConfig{BufferSize: 10000, MaxBatchSize: 400, MaxBatchWait: time.Second, AsyncDelegate: true})
	stop := make(chan struct{})
	if err := batching.Run(stop); err != nil {
		return err
	}
	at := metav1.NewMicroTime(time.Now())
	for i := range 1000 {
		verb, code := "create", int32(201)
		if i%10 == 0 {
			verb, code = "delete", 403
		}
		batching.ProcessEvents(&auditinternal.Event{
			Level: auditinternal.LevelRequestResponse, AuditID: types.UID(fmt.Sprintf("00000000-0000-4000-8000-%012d", i)), Stage: auditinternal.StageResponseComplete,
			RequestURI: "/api/v1/namespaces/prod/pods", Verb: verb, User: authn.UserInfo{Username: "alice@example.com", UID: "u-1", Groups: []string{"system:authenticated"}},
			SourceIPs: []string{"10.0.0.7"}, UserAgent: "kubectl/v1.34.0 (linux/amd64)",
			ObjectRef:      &auditinternal.ObjectReference{Resource: "pods", Namespace: "prod", Name: fmt.Sprint("web-", i), APIVersion: "v1"},
			ResponseStatus: &metav1.Status{Code: code}, RequestReceivedTimestamp: at, StageTimestamp: at,
		})
	}
	close(stop)
	batching.Shutdown()
	return nil
}

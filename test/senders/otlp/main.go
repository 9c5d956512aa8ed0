// Command otlp sends log records with OpenTelemetry's SDK and its exporter for
// OTLP over HTTP.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/log"
	sdk "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "Usage: otlp URL, such as http://127.0.0.1:4593/v1/logs.")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(url string) error {
	ctx := context.Background()
	exporter, err := otlploghttp.New(ctx, otlploghttp.WithEndpointURL(url), otlploghttp.WithCompression(otlploghttp.GzipCompression))
	if err != nil {
		return err
	}
	provider := sdk.NewLoggerProvider(sdk.WithProcessor(sdk.NewBatchProcessor(exporter)), sdk.WithResource(resource.NewSchemaless(semconv.ServiceName("checkout"))))
	logger := provider.Logger("audit")
	for i := range 1000 {
		var r log.Record
		r.SetEventName("order.placed")
		r.SetTimestamp(time.Now())
		r.SetSeverity(log.SeverityInfo)
		r.SetBody(attribute.StringValue(fmt.Sprint("order ", i)))
		r.AddAttributes(attribute.String("enduser.id", "alice"), attribute.String("client.address", "10.0.0.7"), attribute.Int("order", i))
		logger.Emit(ctx, r)
	}
	return provider.Shutdown(ctx)
}

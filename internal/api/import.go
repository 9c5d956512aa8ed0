package api

import (
	"context"
	"strings"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/intake/imports"
	"github.com/cairntrail/cairn/internal/lake"
)

// importRows are the operations on imports. StartImport asks for the permission on
// the store that it imports into; the others have no resource ("Actions, resources,
// and condition keys for AWS CloudTrail", Service Authorization Reference).
func (s *Server) importRows() []*operation {
	if s.cfg.Imports == nil {
		return nil
	}
	checked := violations(importViolation)
	return []*operation{
		handle(ctapi.OpStartImport, s.startImport, onAny(eventDataStoreMember("Destinations")), checked),
		handle(ctapi.OpStopImport, s.stopImport, checked),
		handle(ctapi.OpGetImport, s.getImport, checked),
		handle(ctapi.OpListImports, s.listImports, checked),
		handle(ctapi.OpListImportFailures, s.listImportFailures, checked),
	}
}

func (r *Request) importCaller() imports.Caller {
	return imports.Caller{AccountID: r.AccountID(), Region: r.Region}
}

func importViolation(bad []wire.Violation) *Error {
	v := bad[0]
	member, _, _ := strings.Cut(v.Path, ".")
	code := ctapi.CodeInvalidParameter
	switch member {
	case "importSource":
		code = ctapi.CodeInvalidImportSource
	case "destination":
		code = ctapi.CodeEventDataStoreARNInvalid
	case "nextToken":
		code = ctapi.CodeInvalidNextToken
	}
	return &Error{Code: code, Message: wire.Describe([]wire.Violation{v})}
}

func (s *Server) startImport(ctx context.Context, r *Request, in *ctapi.StartImportInput) (*ctapi.StartImportOutput, error) {
	start := imports.StartInput{ImportID: text(in.ImportId), Destinations: in.Destinations, Start: in.StartEventTime, End: in.EndEventTime}
	if in.ImportSource != nil && in.ImportSource.S3 != nil {
		s3 := in.ImportSource.S3
		start.Source = &imports.Source{URI: text(s3.S3LocationUri), Region: text(s3.S3BucketRegion), RoleARN: text(s3.S3BucketAccessRoleArn)}
	}
	im, err := s.cfg.Imports.Start(ctx, r.importCaller(), start)
	if err != nil {
		return nil, err
	}
	o := importOutput(&im)
	return &ctapi.StartImportOutput{
		ImportId: o.ImportId, Destinations: o.Destinations, ImportSource: o.ImportSource, StartEventTime: o.StartEventTime, EndEventTime: o.EndEventTime,
		ImportStatus: o.ImportStatus, CreatedTimestamp: o.CreatedTimestamp, UpdatedTimestamp: o.UpdatedTimestamp,
	}, nil
}

func (s *Server) stopImport(ctx context.Context, r *Request, in *ctapi.StopImportInput) (*ctapi.StopImportOutput, error) {
	im, err := s.cfg.Imports.Stop(ctx, r.importCaller(), text(in.ImportId))
	if err != nil {
		return nil, err
	}
	o := importOutput(&im)
	return &ctapi.StopImportOutput{
		ImportId: o.ImportId, Destinations: o.Destinations, ImportSource: o.ImportSource, StartEventTime: o.StartEventTime, EndEventTime: o.EndEventTime,
		ImportStatus: o.ImportStatus, CreatedTimestamp: o.CreatedTimestamp, UpdatedTimestamp: o.UpdatedTimestamp, ImportStatistics: o.ImportStatistics,
	}, nil
}

func (s *Server) getImport(ctx context.Context, r *Request, in *ctapi.GetImportInput) (*ctapi.GetImportOutput, error) {
	im, err := s.cfg.Imports.Get(ctx, r.importCaller(), text(in.ImportId))
	if err != nil {
		return nil, err
	}
	return importOutput(&im), nil
}

func importOutput(im *imports.Import) *ctapi.GetImportOutput {
	out := &ctapi.GetImportOutput{
		ImportId: &im.ID, Destinations: []string{im.StoreARN}, ImportStatus: ctapi.ImportStatus(im.Status), CreatedTimestamp: &im.Created, UpdatedTimestamp: &im.Updated,
		ImportSource: &ctapi.ImportSource{S3: &ctapi.S3ImportSource{S3LocationUri: &im.Source.URI, S3BucketRegion: &im.Source.Region, S3BucketAccessRoleArn: &im.Source.RoleARN}},
		ImportStatistics: &ctapi.ImportStatistics{
			PrefixesFound: &im.Statistics.PrefixesFound, PrefixesCompleted: &im.Statistics.PrefixesCompleted, FilesCompleted: &im.Statistics.FilesCompleted,
			EventsCompleted: &im.Statistics.EventsCompleted, FailedEntries: &im.Statistics.FailedEntries,
		},
	}
	if !im.Start.IsZero() {
		out.StartEventTime = &im.Start
	}
	if !im.End.IsZero() {
		out.EndEventTime = &im.End
	}
	return out
}

// defaultImportPage is the page size of ListImports and ListImportFailures when
// MaxResults is absent.
const defaultImportPage = 100

// listImports answers ListImports, newest first.
func (s *Server) listImports(ctx context.Context, r *Request, in *ctapi.ListImportsInput) (*ctapi.ListImportsOutput, error) {
	all, err := s.cfg.Imports.List(ctx, r.importCaller())
	if err != nil {
		return nil, err
	}
	wanted := all[:0]
	for _, im := range all {
		destination := text(in.Destination)
		if (in.ImportStatus == "" || string(in.ImportStatus) == string(im.Status)) && (destination == "" || destination == im.StoreARN || destination == im.StoreID) {
			wanted = append(wanted, im)
		}
	}
	ask := pageRequest{r.boundTo("ListImports", text(in.Destination), string(in.ImportStatus)), in.NextToken, in.MaxResults, defaultImportPage}
	items, next, err := page(s, ask, wanted, order[imports.Import]{func(im *imports.Import) lake.Position {
		return lake.Position{Time: im.Created.UnixNano(), Ordinal: idOrdinal(im.ID)}
	}, newestFirst})
	if err != nil {
		return nil, err
	}
	out := &ctapi.ListImportsOutput{Imports: make([]ctapi.ImportsListItem, len(items)), NextToken: next}
	for i := range items {
		im := &items[i]
		out.Imports[i] = ctapi.ImportsListItem{ImportId: &im.ID, ImportStatus: ctapi.ImportStatus(im.Status), Destinations: []string{im.StoreARN}, CreatedTimestamp: &im.Created, UpdatedTimestamp: &im.Updated}
	}
	return out, nil
}

// listImportFailures answers ListImportFailures in the order of locations.
func (s *Server) listImportFailures(ctx context.Context, r *Request, in *ctapi.ListImportFailuresInput) (*ctapi.ListImportFailuresOutput, error) {
	all, err := s.cfg.Imports.Failures(ctx, r.importCaller(), text(in.ImportId))
	if err != nil {
		return nil, err
	}
	items, next, err := pageByNumber(s, pageRequest{r.boundTo("ListImportFailures", text(in.ImportId)), in.NextToken, in.MaxResults, defaultImportPage}, all)
	if err != nil {
		return nil, err
	}
	out := &ctapi.ListImportFailuresOutput{Failures: make([]ctapi.ImportFailureListItem, len(items)), NextToken: next}
	for i := range items {
		f := &items[i]
		out.Failures[i] = ctapi.ImportFailureListItem{Location: &f.Location, Status: ctapi.ImportFailureStatus(f.Status), ErrorType: &f.ErrorType, ErrorMessage: &f.Message, LastUpdatedTime: &f.Updated}
	}
	return out, nil
}

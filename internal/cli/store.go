package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
)

// chooseStore is the id of the event data store that is meant: the one of a name, id
// or ARN, or without that the only one.
func chooseStore(ctx context.Context, server *caller, client *cloudtrail.Client, wanted string) (string, error) {
	if strings.HasPrefix(wanted, "arn:") {
		return idOfARN(wanted), nil
	}
	var ids, shown []string
	for pages := cloudtrail.NewListEventDataStoresPaginator(client, &cloudtrail.ListEventDataStoresInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", server.explain(ctx, "Asking for the event data stores", err)
		}
		for _, s := range page.EventDataStores {
			id, name := idOfARN(aws.ToString(s.EventDataStoreArn)), aws.ToString(s.Name)
			if wanted == name || strings.EqualFold(wanted, id) {
				return id, nil
			}
			ids, shown = append(ids, id), append(shown, fmt.Sprintf("  %s  %s", id, name))
		}
	}
	switch {
	case len(ids) == 0:
		return "", fmt.Errorf("there is no event data store in this account and Region (%s); make one with \"aws cloudtrail create-event-data-store --name NAME\", or see --profile and --region", server.region)
	case wanted != "":
		return "", fmt.Errorf("there is no event data store %s in this account and Region (%s). There are:\n%s", wanted, server.region, strings.Join(shown, "\n"))
	case len(ids) > 1:
		return "", usagef("it could be one of %d event data stores that is meant; choose with --event-data-store:\n%s", len(ids), strings.Join(shown, "\n"))
	}
	return ids[0], nil
}

func idOfARN(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

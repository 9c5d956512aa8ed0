package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/objects"
)

// listenS3 opens the embedded S3 endpoint. Its keys are those of the directory,
// and one of its own under which trails deliver.
func (a *App) listenS3(ctx context.Context) error {
	if a.cfg.S3Listen == config.Off {
		return nil
	}
	a.delivery = serviceKey{id: "AKIA" + rand.Text()[:16], secret: rand.Text() + rand.Text()}
	s, err := objects.Open(ctx, objects.Config{
		Dir: a.cfg.DataDir, Addr: a.cfg.S3Listen, Region: a.cfg.Region, Keys: bucketKeys{a}, CertFile: a.cfg.TLSCert, KeyFile: a.cfg.TLSKey, Logger: a.log,
	})
	if err != nil {
		return fmt.Errorf("the S3 endpoint at %s: %w (choose another address with --s3-listen, or none with --s3-listen off)", a.cfg.S3Listen, err)
	}
	a.s3 = s
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Run(context.WithoutCancel(ctx)); err != nil {
			a.fail(fmt.Errorf("the S3 endpoint: %w", err))
		}
	}()
	a.started("S3 endpoint", func(ctx context.Context) error {
		err := s.Close(ctx)
		<-done
		return err
	})
	return nil
}

// S3URL is the address of the S3 endpoint; empty without one.
func (a *App) S3URL() string {
	if a.s3 == nil {
		return ""
	}
	return a.s3.URL()
}

// reader are credentials that act as an account at this process's own endpoint:
// what the delivery key may not do, reading a bucket's policy and taking a probe
// away, is done as the bucket's owner.
func (k serviceKey) reader(account string) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: k.id[:readerPrefix] + account, SecretAccessKey: k.secret, Source: "cairn"}, nil
	})
}

// readerPrefix is how much of the delivery key's id a reader's has, before the
// account.
const readerPrefix = 8

// serviceKey is the key under which this process delivers to its own buckets.
type serviceKey struct{ id, secret string }

// deliveryService is how bucket policies name CloudTrail.
const deliveryService = "cloudtrail.amazonaws.com"

// bucketKeys is the directory as the S3 endpoint asks it.
type bucketKeys struct{ a *App }

// Key implements objects.Keys.
func (k bucketKeys) Key(id, token string) (objects.Identity, error) {
	if own := k.a.delivery; id == own.id {
		return objects.Identity{Secret: own.secret, Account: deliveryService, ARN: deliveryService}, nil
	}
	if account, ok := strings.CutPrefix(id, k.a.delivery.id[:readerPrefix]); ok && len(account) == len("111122223333") {
		if _, known := k.a.directory.Account(account); known {
			return objects.Identity{Secret: k.a.delivery.secret, Account: account}, nil
		}
	}
	secret, who, err := k.a.directory.SigningSecret(id, token)
	var refused *identity.AuthError
	switch {
	case errors.As(err, &refused) && refused.Kind == identity.ExpiredToken:
		return objects.Identity{}, objects.ErrExpired
	case err != nil && token != "":
		return objects.Identity{}, objects.ErrToken
	case err != nil:
		return objects.Identity{}, objects.ErrNoKey
	}
	return objects.Identity{Secret: secret, Account: who.AccountID(), ARN: who.ARN(), May: keepLake(func(action, resource string) objects.Verdict {
		switch allowed, denied := k.a.directory.Judge(who, action, resource); {
		case denied:
			return objects.Denied
		case allowed:
			return objects.Allowed
		}
		return objects.Undecided
	})}, nil
}

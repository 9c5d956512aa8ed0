package identity

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// MFADevice is a virtual device of a user or of root: an app that shows codes of six
// digits (TOTP, RFC 6238, with HMAC-SHA-1 and steps of 30 seconds, which is what all
// such apps have).
type MFADevice struct {
	// Serial is arn:aws:iam::ACCOUNT:mfa/NAME.
	Serial    string        `json:"serial"`
	AccountID string        `json:"accountId"`
	OwnerType PrincipalType `json:"ownerType"`
	OwnerName string        `json:"ownerName,omitempty"`
	OwnerID   string        `json:"ownerId"`
	// Name is what its owner calls it.
	Name    string    `json:"name"`
	Enabled time.Time `json:"enabled"`
	// LastStep is the step of the last code that was used: this one and all before
	// are of no use any more.
	LastStep int64 `json:"lastStep"`
	// SealedSecret is the secret under the master key; empty in listings.
	SealedSecret []byte `json:"sealedSecret,omitempty"`
}

type mfaEntry struct {
	MFADevice
	secret string // base32
	owner  Ref    // folded
}

func mfaPurpose(serial, ownerID string) string { return "mfa/" + serial + "/" + ownerID }

const (
	// maxMFADevices is IAM's quota for a user or root.
	maxMFADevices = 8
	mfaPeriod     = 30 // seconds
	// mfaSkew is how many steps a device's clock may be off, either way.
	mfaSkew = 1
	// rootMFAName is the name in the serial number of root's first device.
	rootMFAName = "root-account-mfa-device"
)

// ErrWrongCode is the answer to a code that is wrong or was used already.
var ErrWrongCode = errors.New("identity: the MFA code is wrong")

// NewMFASecret makes a secret for a device of the principal: in base32, and as the
// otpauth address that apps read. Nothing is kept of it.
func NewMFASecret(r Ref) (secret, uri string, err error) {
	name := r.Name
	if r.Type == Root {
		name = "root"
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Cairn", AccountName: name + "@" + r.AccountID, Period: mfaPeriod, SecretSize: 20, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", "", fmt.Errorf("identity: make the secret of an MFA device: %w", err)
	}
	return key.Secret(), key.URL(), nil
}

// NewMFASerial is the serial number that a device of that name would get. Root's first
// device has a name of its own, as in AWS.
func (d *Directory) NewMFASerial(r Ref, name string) string {
	serial := func(name string) string { return "arn:aws:iam::" + r.AccountID + ":mfa/" + name }
	if r.Type == Root {
		d.mu.RLock()
		_, taken := d.index.devices[serial(rootMFAName)]
		d.mu.RUnlock()
		if !taken {
			name = rootMFAName
		}
	}
	return serial(name)
}

// EnableMFADevice gives a user or root a device, proved by two codes that follow each
// other. From now on the principal signs in with a code too.
//
// Errors: InvalidInput (a role, the name, the secret), NoSuchEntity,
// EntityAlreadyExists, LimitExceeded, InvalidAuthenticationCode.
func (d *Directory) EnableMFADevice(ctx context.Context, r Ref, name, secret, code1, code2 string) (MFADevice, error) {
	if !inlineNameRE.MatchString(name) || name == rootMFAName {
		return MFADevice{}, refuse(CodeInvalidInput, "The name %q of the MFA device is not valid: it must have 1 to 128 characters of letters, digits and _+=,.@-", clip(name))
	}
	if _, err := d.signsIn(r); err != nil {
		return MFADevice{}, err
	}
	d.change.Lock()
	defer d.change.Unlock()
	p, err := d.mustFind(r)
	if err != nil {
		return MFADevice{}, err
	}
	have := d.devicesOf(p.Ref())
	if len(have) >= maxMFADevices {
		return MFADevice{}, refuse(CodeLimitExceeded, "Cannot exceed quota for MFADevicesPerUser: %d", maxMFADevices)
	}
	dev := MFADevice{
		Serial: d.NewMFASerial(p.Ref(), name), AccountID: p.AccountID, OwnerType: p.Type, OwnerName: p.Name, OwnerID: p.ID,
		Name: name, Enabled: d.stamp(),
	}
	if d.device(dev.Serial) != nil {
		return MFADevice{}, refuse(CodeEntityAlreadyExists, "The account has an MFA device with the name %s already; choose another name.", clip(name))
	}
	// Of two codes that follow each other the second is of now.
	step, ok := findStep(secret, code2, d.now(), 0)
	if !ok || !codeMatches(secret, step-1, code1) {
		return MFADevice{}, refuse(CodeInvalidAuthenticationCode, "The codes do not fit the device. Enter two codes that it shows one after the other, and look whether its clock is right.")
	}
	dev.LastStep = step
	dev.SealedSecret = d.key.Seal(mfaPurpose(dev.Serial, dev.OwnerID), []byte(secret))
	err = d.commit(ctx, func(ctx context.Context) error {
		_, err := d.devices.Create(ctx, dev.Serial, dev)
		return err
	}, func(i *index) {
		i.devices[dev.Serial] = &mfaEntry{MFADevice: dev, secret: secret, owner: fold(p.Ref())}
	})
	return dev, err
}

// DeactivateMFADevice takes a device from a user or root.
//
// Errors: NoSuchEntity.
func (d *Directory) DeactivateMFADevice(ctx context.Context, r Ref, serial string) error {
	d.change.Lock()
	defer d.change.Unlock()
	e := d.device(serial)
	if e == nil || e.owner != fold(r) {
		return refuse(CodeNoSuchEntity, "%s has no MFA device with serial number %s.", r.who(), clip(serial))
	}
	return d.commit(ctx, func(ctx context.Context) error { return d.devices.Delete(ctx, serial) },
		func(i *index) { delete(i.devices, serial) })
}

// MFADevices lists a principal's devices without their secrets, by name.
func (d *Directory) MFADevices(r Ref) []MFADevice {
	var out []MFADevice
	for _, e := range d.devicesOf(r) {
		dev := e.MFADevice
		dev.SealedSecret = nil
		out = append(out, dev)
	}
	return out
}

// VerifyMFACode proves that a code is one of a device of the principal, and uses it up,
// durably: the same code, and every older one, is wrong from now on.
//
// Errors: [ErrWrongCode].
func (d *Directory) VerifyMFACode(ctx context.Context, r Ref, code string) (MFADevice, error) {
	d.change.Lock()
	defer d.change.Unlock()
	for _, e := range d.devicesOf(r) {
		step, ok := findStep(e.secret, code, d.now(), e.LastStep)
		if !ok {
			continue
		}
		used := *e
		used.LastStep = step
		err := d.commit(ctx, func(ctx context.Context) error {
			_, err := d.devices.Put(ctx, used.Serial, used.MFADevice)
			return err
		}, func(i *index) { i.devices[used.Serial] = &used })
		dev := used.MFADevice
		dev.SealedSecret = nil
		return dev, err
	}
	return MFADevice{}, ErrWrongCode
}

// findStep finds the step near now, and after last, whose code it is.
func findStep(secret, code string, now time.Time, last int64) (int64, bool) {
	current, found, ok := now.Unix()/mfaPeriod, int64(0), false
	for step := current - mfaSkew; step <= current+mfaSkew; step++ {
		if codeMatches(secret, step, code) && step > last && !ok {
			found, ok = step, true
		}
	}
	return found, ok
}

func codeMatches(secret string, step int64, code string) bool {
	want, err := hotp.GenerateCode(secret, uint64(max(step, 0)))
	return err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1
}

func (d *Directory) device(serial string) *mfaEntry {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.index.devices[serial]
}

func (d *Directory) devicesOf(r Ref) []*mfaEntry {
	p, ok := d.principal(r)
	if !ok {
		return nil
	}
	owner := fold(r)
	d.mu.RLock()
	defer d.mu.RUnlock()
	var out []*mfaEntry
	for _, e := range d.index.devices {
		if e.owner == owner && e.OwnerID == p.ID {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b *mfaEntry) int { return strings.Compare(a.Serial, b.Serial) })
	return out
}

func (d *Directory) loadDevices(ctx context.Context, idx *index) error {
	idx.devices = make(map[string]*mfaEntry)
	items, err := d.devices.List(ctx, "")
	if err != nil {
		return fmt.Errorf("identity: read MFA devices: %w", err)
	}
	for _, it := range items {
		dev := it.Value
		secret, err := d.key.Open(mfaPurpose(dev.Serial, dev.OwnerID), dev.SealedSecret)
		if err != nil {
			return fmt.Errorf("identity: secret of MFA device %s: %w; is the key file the one of this database?", it.ID, err)
		}
		idx.devices[it.ID] = &mfaEntry{MFADevice: dev, secret: string(secret), owner: fold(Ref{dev.AccountID, dev.OwnerType, dev.OwnerName})}
	}
	return nil
}

package signin

import (
	"net/http"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
)

// description is a session as the browser sees it.
type description struct {
	Account     string `json:"account"`
	AccountName string `json:"accountName"`
	// UserName is the user's, "root", or of a role's session ROLE/SESSION.
	UserName           string    `json:"userName"`
	Type               string    `json:"type"`
	ARN                string    `json:"arn"`
	MFA                bool      `json:"mfa"`
	CSRF               string    `json:"csrf"`
	Region             string    `json:"region"`
	Regions            []Region  `json:"regions"`
	Created            time.Time `json:"created"`
	Expires            time.Time `json:"expires"`
	IdleTimeoutSeconds int       `json:"idleTimeoutSeconds"`
	Version            string    `json:"version"`
	S3Endpoint         string    `json:"s3Endpoint"`
	HistoryDays        float64   `json:"historyDays"`
}

func (s *Service) describe(session *Session) description {
	c := session.Caller
	account, _ := s.cfg.Directory.Account(c.AccountID())
	d := description{
		Account: c.AccountID(), AccountName: account.Name, UserName: c.Principal.Name, Type: string(c.Principal.Type), ARN: c.ARN(),
		MFA: c.Session.MFA, CSRF: session.CSRF, Region: s.cfg.DefaultRegion, Regions: regionList(s.cfg.DefaultRegion),
		Created: session.Created.UTC(), Expires: session.Expires.UTC(), IdleTimeoutSeconds: int(s.cfg.IdleTimeout / time.Second),
		Version: s.cfg.Version, S3Endpoint: s.cfg.S3Endpoint, HistoryDays: s.cfg.HistoryRetention.Hours() / 24,
	}
	switch c.Principal.Type {
	case identity.Root:
		d.UserName = "root"
	case identity.Role:
		d.UserName, d.Type = c.Principal.Name+"/"+c.Session.Name, identity.TypeAssumedRole
	}
	return d
}

// showSession is GET session.
func (s *Service) showSession(w http.ResponseWriter, _ *http.Request, session *Session) *Error {
	writeJSON(w, http.StatusOK, s.describe(session))
	return nil
}

// credentials are what a person signs in with, and where.
type credentials struct {
	Password struct {
		Set     bool      `json:"set"`
		Changed time.Time `json:"changed,omitzero"`
	} `json:"password"`
	MFADevices []deviceView  `json:"mfaDevices"`
	Sessions   []sessionView `json:"sessions"`
}

type deviceView struct {
	SerialNumber string    `json:"serialNumber"`
	Name         string    `json:"name"`
	Enabled      time.Time `json:"enabled"`
}

type sessionView struct {
	ID        string    `json:"id"`
	Created   time.Time `json:"created"`
	LastSeen  time.Time `json:"lastSeen"`
	SourceIP  string    `json:"sourceIP"`
	UserAgent string    `json:"userAgent"`
	Current   bool      `json:"current"`
}

// showCredentials is GET credentials.
func (s *Service) showCredentials(w http.ResponseWriter, _ *http.Request, session *Session) *Error {
	p := session.Caller.Principal
	out := credentials{MFADevices: []deviceView{}, Sessions: []sessionView{}}
	if profile, ok := s.cfg.Directory.LoginProfile(p.Ref()); ok {
		out.Password.Set, out.Password.Changed = true, profile.Changed
	}
	for _, d := range s.cfg.Directory.MFADevices(p.Ref()) {
		out.MFADevices = append(out.MFADevices, deviceView{d.Serial, d.Name, d.Enabled.UTC()})
	}
	for _, v := range s.sessions.list(personOf(session.Caller)) {
		out.Sessions = append(out.Sessions, sessionView{v.ID, v.Created.UTC(), v.LastSeen.UTC(), v.SourceIP, v.UserAgent, v.ID == session.ID})
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

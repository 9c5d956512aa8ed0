package console

import (
	"crypto/rand"
	"net/http"
)

// secure sets what all answers of the console say to browsers.
func secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY") // for browsers without frame-ancestors
	h.Set("Permissions-Policy", "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()")
}

// secureAnswer is for what is no page: whatever it holds, nothing of it runs.
func secureAnswer(h http.Header) {
	secure(h)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
}

// securePage is for pages: they run the console's own scripts, and apply style
// elements that have the nonce.
func securePage(h http.Header, nonce string) {
	secure(h)
	h.Set("Cache-Control", "no-store")
	style := "'self'"
	if nonce != "" {
		style += " 'nonce-" + nonce + "'"
	}
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src "+style+
		"; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
}

// newNonce makes the nonce of a page: 130 random bits, as text that fits HTML.
func newNonce() string { return rand.Text() }

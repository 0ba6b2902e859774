package netcheck

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// ParsePin reads the SHA-256 of a public key as 64 hexadecimal digits, with or without colons, or in base64 with or without
// the prefix "sha256/".
func ParsePin(s string) (SPKIHash, error) {
	var pin SPKIHash
	text := strings.TrimSpace(s)
	for _, prefix := range []string{"sha256/", "sha256:", "SHA256:"} {
		text = strings.TrimPrefix(text, prefix)
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
	if err != nil || len(raw) != len(pin) {
		raw, err = base64.StdEncoding.DecodeString(text)
	}
	if err != nil || len(raw) != len(pin) {
		return pin, fmt.Errorf("%q is not a pin: give the SHA-256 of the server's public key as 64 hexadecimal digits or in base64", s)
	}
	copy(pin[:], raw)
	return pin, nil
}

// String is the hash in hexadecimal digits.
func (h SPKIHash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText writes hexadecimal digits.
func (h SPKIHash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads a pin.
func (h *SPKIHash) UnmarshalText(b []byte) error {
	pin, err := ParsePin(string(b))
	*h = pin
	return err
}

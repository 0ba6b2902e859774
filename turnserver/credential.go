package turnserver

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Credentials have the form of the "REST API for access to TURN services" draft: user "<unix expiry>:<id>", password
// base64(HMAC-SHA1(secret, user)). The server recomputes the password and stores none.

const (
	secretSize    = 16 // bytes: 128 bits
	sessionIDSize = 16 // bytes, shown as twice as many hexadecimal digits
	maxExpirySize = 12 // digits of a unix time, good until the year 33658
)

func randomSecret() (secret [secretSize]byte) {
	rand.Read(secret[:]) // never fails: it ends the process instead
	return secret
}

func randomSessionID() string {
	var id [sessionIDSize]byte
	rand.Read(id[:])
	return hex.EncodeToString(id[:])
}

func formatUser(expiry time.Time, id string) string {
	return strconv.FormatInt(expiry.Unix(), 10) + ":" + id
}

// parseUser takes a user name apart. It accepts what formatUser makes and nothing else.
func parseUser(user string) (expiry time.Time, id string, ok bool) {
	digits, id, found := strings.Cut(user, ":")
	if !found || len(digits) > maxExpirySize || len(id) != 2*sessionIDSize {
		return time.Time{}, "", false
	}
	unix, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || unix <= 0 || strconv.FormatInt(unix, 10) != digits {
		return time.Time{}, "", false
	}
	return time.Unix(unix, 0), id, true
}

func password(secret []byte, user string) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write([]byte(user))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// expiryProblem says in words why credentials with this expiry make no new allocation, or nothing. Only somebody with the
// secret can make ones that last too long, so these are a sign of a clock that was set back by a day, or of worse.
func expiryProblem(expiry, now time.Time) string {
	switch {
	case now.After(expiry):
		return "credentials have expired"
	case expiry.After(now.Add(maxCredentialTTL)):
		return "credentials expire too far in the future"
	default:
		return ""
	}
}

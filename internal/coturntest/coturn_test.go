package coturntest_test

import (
	"crypto/tls"
	"crypto/x509"
	"testing"

	"go.uber.org/goleak"

	"echopath/internal/coturntest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Two servers at once get ports of their own and answer in TLS with the promised certificate; both are gone afterwards.
func TestStart(t *testing.T) {
	var first *coturntest.Server
	t.Run("run", func(t *testing.T) {
		first = coturntest.Start(t, coturntest.Options{})
		second := coturntest.Start(t, coturntest.Options{RESTSecret: "secret"})
		if first.Addr == second.Addr || first.TLSAddr == second.TLSAddr {
			t.Fatalf("both servers are on %s and %s", first.Addr, first.TLSAddr)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(first.CAPEM)
		conn, err := tls.Dial("tcp", first.TLSAddr.String(), &tls.Config{RootCAs: roots, ServerName: "localhost"})
		if err != nil {
			t.Fatalf("TLS: %v", err)
		}
		if err := conn.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if conn, err := tls.Dial("tcp", first.TLSAddr.String(), nil); err == nil {
		_ = conn.Close()
		t.Error("coturn still listens after the test")
	}
}

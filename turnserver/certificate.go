package turnserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"time"
)

const certificateValidity = 30 * 24 * time.Hour

// identity is what the server shows over TLS.
type identity struct {
	config *tls.Config
	pem    []byte
	spki   [sha256.Size]byte
}

func newIdentity(c Config) (*identity, error) {
	cert := c.Certificate
	if cert == nil {
		made, err := selfSigned(c)
		if err != nil {
			return nil, fmt.Errorf("make a certificate for %s: %w", c.Address, err)
		}
		cert = made
	}
	if len(cert.Certificate) == 0 {
		return nil, fmt.Errorf("%w: the TLS certificate is empty", ErrConfig)
	}
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		return nil, fmt.Errorf("read the TLS certificate: %w", err)
	}
	var chain []byte
	for _, der := range cert.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{*cert},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"stun.turn", "stun.nat-discovery"}, // RFC 7443 section 3
	}
	if c.Foreign != nil {
		config.NextProtos = append(config.NextProtos, "http/1.1")
	}
	return &identity{config: config, pem: chain, spki: sha256.Sum256(leaf.RawSubjectPublicKeyInfo)}, nil
}

// selfSigned makes a certificate that a client pins by its key. It lasts longer than a server does and begins a day
// early, for clients whose clock is behind.
func selfSigned(c Config) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "Echopath TURN server"},
		NotBefore:             now.Add(-24 * time.Hour),
		NotAfter:              now.Add(certificateValidity),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IPAddresses:           []net.IP{c.Address.AsSlice()},
		DNSNames:              []string{"localhost"},
	}
	if c.Public.IsValid() {
		template.IPAddresses = append(template.IPAddresses, c.Public.AsSlice())
	}
	for _, name := range c.Names {
		if ip, err := netip.ParseAddr(name); err == nil {
			template.IPAddresses = append(template.IPAddresses, ip.Unmap().AsSlice())
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

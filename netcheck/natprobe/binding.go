package natprobe

import (
	"context"
	"fmt"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

// binding asks a STUN server for the mapped address.
func (d *diagnosis) binding(ctx context.Context) error {
	e, err := d.open(ctx, nil)
	if err != nil {
		return err
	}
	defer e.close()
	s := &session{diagnosis: d, exchanger: e}
	return s.binding(ctx)
}

// binding asks for the mapped address.
func (s *session) binding(ctx context.Context) error {
	begin := time.Now()
	err := s.see(ctx)
	s.log.did(netcheck.NetStepBinding, begin, "seen as "+s.mapped.String(), err)
	return err
}

func (s *session) see(ctx context.Context) error {
	answer, err := s.request(ctx, stun.MethodBinding)
	if err != nil {
		return err
	}
	if s.mapped, err = xorAddress(answer, stun.AttrXORMappedAddress); err != nil {
		return &netcheck.Failure{
			Code: netcheck.ReasonServerError, Text: fmt.Sprintf("%s answers STUN without an XOR-MAPPED-ADDRESS: it is too old, or something changed its answer.", s.place()),
			Advice: "Use another STUN server.", Err: err,
		}
	}
	return nil
}

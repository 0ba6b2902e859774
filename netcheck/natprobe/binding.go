package natprobe

import (
	"context"
	"fmt"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

// binding asks a STUN server for the mapped address.
func (d *diagnosis) binding(ctx context.Context) error {
	e, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer e.close()
	s := &session{diagnosis: d, exchanger: e}
	answer, err := s.request(ctx, stun.MethodBinding)
	if err != nil {
		return err
	}
	if _, err := xorAddress(answer, stun.AttrXORMappedAddress); err != nil {
		return &netcheck.Failure{
			Code: netcheck.ReasonServerError, Text: fmt.Sprintf("%s answers STUN without an XOR-MAPPED-ADDRESS: it is too old, or something changed its answer.", d.place()),
			Advice: "Use another STUN server.", Err: err,
		}
	}
	return nil
}

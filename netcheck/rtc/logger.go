package rtc

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// logs gives pion's messages to a slog.Logger at debug level: what pion warns of is explained to users by a Failure. Its
// debug and trace messages are dropped unread, since they are made for every packet.
type logs struct{ to *slog.Logger }

func (l logs) NewLogger(scope string) logging.LeveledLogger {
	if l.to == nil || !l.to.Enabled(context.Background(), slog.LevelDebug) {
		return quiet{}
	}
	return logger{l.to.With("pion", scope)}
}

type quiet struct{}

func (quiet) Trace(string)          {}
func (quiet) Tracef(string, ...any) {}
func (quiet) Debug(string)          {}
func (quiet) Debugf(string, ...any) {}
func (quiet) Info(string)           {}
func (quiet) Infof(string, ...any)  {}
func (quiet) Warn(string)           {}
func (quiet) Warnf(string, ...any)  {}
func (quiet) Error(string)          {}
func (quiet) Errorf(string, ...any) {}

type logger struct{ to *slog.Logger }

func (logger) Trace(string)          {}
func (logger) Tracef(string, ...any) {}
func (logger) Debug(string)          {}
func (logger) Debugf(string, ...any) {}

func (l logger) Info(m string)               { l.to.Debug(m) }
func (l logger) Infof(f string, args ...any) { l.to.Debug(fmt.Sprintf(f, args...)) }
func (l logger) Warn(m string)               { l.to.Debug(m) }
func (l logger) Warnf(f string, args ...any) { l.to.Debug(fmt.Sprintf(f, args...)) }
func (l logger) Error(m string)              { l.to.Debug(m) }
func (l logger) Errorf(f string, args ...any) {
	l.to.Debug(fmt.Sprintf(f, args...))
}

// debug tells the log what no user has to know.
func (l logs) debug(what string, err error) {
	if l.to != nil {
		l.to.Debug(what, "error", err)
	}
}

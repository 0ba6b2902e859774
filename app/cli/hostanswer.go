package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"echopath/netcheck/signaling/invite"
)

// answerPause is a silence after which what was typed is taken for all of it: a mail program breaks an answer into lines, and people paste
// them at once.
const answerPause = time.Second

// maxAnswer bounds an answer and the mail around it, in bytes.
const maxAnswer = 16 << 10

// typedAnswers is what comes on standard input.
type typedAnswers struct {
	lines <-chan string // closed at its end; nil: nothing is read
	text  string        // that may go on in the next line
	taken bool          // an answer was, just now
	quiet *time.Timer   // runs until what came is taken for all of it
	end   context.CancelFunc
}

// readAnswers begins to read standard input if answers are wanted. A read of a terminal can not be called off: the goroutine of one that is
// under way at the end ends with the process.
func (s *service) readAnswers(ctx context.Context) *typedAnswers {
	t := &typedAnswers{end: func() {}}
	if s.plan.paste {
		lines := make(chan string)
		t.lines = lines
		ctx, t.end = context.WithCancel(ctx)
		go sendLines(ctx, s.stdin, lines)
	}
	return t
}

// sendLines sends what can be read, and closes the channel at its end. What is longer than an answer comes in pieces.
func sendLines(ctx context.Context, in io.Reader, to chan<- string) {
	defer close(to)
	read := bufio.NewReaderSize(in, maxAnswer)
	for {
		line, err := read.ReadSlice('\n')
		if len(line) > 0 {
			select {
			case to <- string(line):
			case <-ctx.Done():
				return
			}
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// pause tells when nothing more came for a while.
func (t *typedAnswers) pause() <-chan time.Time {
	if t.quiet == nil {
		return nil
	}
	return t.quiet.C
}

// wait begins to wait for more.
func (t *typedAnswers) wait() {
	t.rest()
	t.quiet = time.NewTimer(answerPause)
}

// rest ends the waiting for more.
func (t *typedAnswers) rest() {
	if t.quiet != nil {
		t.quiet.Stop()
		t.quiet = nil
	}
}

func (t *typedAnswers) stop() {
	t.rest()
	t.end()
}

// typed takes a line of standard input, or its end.
func (s *service) typed(t *typedAnswers, line string, ok bool) {
	if !ok {
		t.lines = nil
		s.judge(t)
		s.log.notice("warning", "Standard input has ended: no answer can be given any more. The invite works over TCP as before.")
		return
	}
	whole := func(text string) bool {
		_, err := invite.ParseAnswer(text)
		return err == nil
	}
	defer t.wait()
	switch text := t.text + line; {
	case whole(line): // also behind one that was not
		t.text, t.taken = "", true
		s.answer(line)
	case whole(text):
		t.text, t.taken = "", true
		s.answer(text)
	case len(text) <= maxAnswer:
		t.text = text
	}
}

// judge says what is wrong with a text to which nothing more came. What a mail has below an answer is passed over.
func (s *service) judge(t *typedAnswers) {
	t.rest()
	text, taken := t.text, t.taken
	t.text, t.taken = "", false
	if strings.TrimSpace(text) != "" && (!taken || invite.LooksAnswer(text)) {
		s.answer(text)
	}
}

// answer gives an answer to the host. It is not repeated in what is said about it.
func (s *service) answer(text string) {
	if err := s.host.Answer(text); err != nil {
		s.log.notice("answer_refused", sentence(inWords(err).Error()))
		return
	}
	s.log.notice("answer_taken", "The answer fits the invite. The two computers look for each other; the guest is told here when it has come in.")
}

// sentence makes one of an error.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
}

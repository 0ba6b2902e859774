package netcheck

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// chain is the questions of one probe where packets are lost at random, with a chance on each way; it ends as a TURN probe does, at the first
// question that nothing came to.
func chain(rng *rand.Rand, loss float64, questions int) (q QuestionFacts) {
	for range questions {
		sent, came := 0, false
		for sent < 3 && !came {
			sent++
			there, back := rng.Float64() >= loss, rng.Float64() >= loss
			came = there && back
		}
		q.Asked, q.Sent = q.Asked+1, q.Sent+sent
		if !came {
			q.Silent, q.SilentSent = q.Silent+1, q.SilentSent+sent
			break
		}
		q.Answered++
	}
	return q
}

// lossIsFound plays a run: per server a probe of UDP and one of TURN.
func lossIsFound(rng *rand.Rand, loss float64, servers int) bool {
	r := networkReport()
	for i := range servers {
		for _, p := range []struct {
			kind      ProbeKind
			questions int
		}{{ProbeUDP, 3}, {ProbeTURN, 11}} {
			q := chain(rng, loss, p.questions)
			result := probe(p.kind, func(r *NetResult) { r.Facts.Questions = &q })
			result.Remote = "192.0.2." + strconv.Itoa(i+1) + ":3478"
			switch {
			case q.Answered == 0:
				result.State, result.Code = NetBlocked, ReasonNoAnswer
			case q.Silent > 0 && p.kind == ProbeTURN:
				result.State, result.Code = NetFailed, ReasonNoAnswer
			}
			r.Network.Results = append(r.Network.Results, result)
		}
	}
	return len(casesLost(viewNetwork(r))) > 0
}

// One run in a thousand at most says that packets are lost where 1 % are at random on each way, whatever the number of questions.
func TestLossByChance(t *testing.T) {
	const unanswered = 1 - 0.99*0.99
	for of := 1; of <= 400; of++ {
		for lost := 1; lost <= of; lost++ {
			if chanceOf(lost, of, usualUnanswered) <= byChance { // the least that is found
				if p := chanceOf(lost, of, unanswered); p > 0.001 {
					t.Errorf("%d of %d are found, and come with a chance of %.2g", lost, of, p)
				}
				break
			}
		}
	}
	if p := chanceOf(2, 3, 0.5); math.Abs(p-0.5) > 1e-9 {
		t.Errorf("2 of 3 at 50 %%: %g, want 0.5", p)
	}
}

// The same by whole runs, and 40 % loss is found in next to all of them.
func TestLossOfWholeRuns(t *testing.T) {
	const runs = 1000
	for _, tt := range []struct {
		loss        float64
		servers     int
		least, most float64
	}{{0.01, 1, 0, 0.001}, {0.01, 3, 0, 0.001}, {0.10, 3, 0.8, 1}, {0.40, 2, 0.95, 1}, {0.40, 4, 0.99, 1}} {
		rng, found := rand.New(rand.NewPCG(1, 2)), 0 //nolint:gosec // reproducible
		for range runs {
			if lossIsFound(rng, tt.loss, tt.servers) {
				found++
			}
		}
		share := float64(found) / runs
		t.Logf("%.0f %% loss, %d servers: found in %.3f %% of runs", 100*tt.loss, tt.servers, 100*share)
		if share < tt.least || share > tt.most {
			t.Errorf("%.0f %% loss with %d servers is found in %.3f %% of runs", 100*tt.loss, tt.servers, 100*share)
		}
	}
}

using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Events;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>
/// Lets time pass: everything due up to an instant is done in time order, each step in its own unit of work at
/// its own moment, kept like a request. All members but <see cref="Advance"/> run under the state's gate.
/// </summary>
internal sealed class TimeEngine(SandboxState state, Committer committer)
{
    private const int StepsAtOnce = 100;
    private readonly Lock _advancing = new();
    private (Passed Passed, DateTimeOffset Target)? _running;

    /// <summary>Does what fell due while the clock ran by itself, and lets the time of test clocks pass.</summary>
    public void CatchUp()
    {
        RunUntil(DueIndex.World, state.Clock.Now, null, null, int.MaxValue);
        foreach (var clock in state.Account.All(TestClocks.Kind).Where(c => c["deleted"] is null).ToList())
        {
            Pass(clock);
        }
    }

    /// <summary>
    /// Moves the world's clock, doing what falls due on the way. Takes the gate a piece at a time: requests see
    /// the world as of the moment reached.
    /// </summary>
    /// <param name="where">From the present instant to the one wanted; an earlier one sets the clock back and does nothing.</param>
    public JsonObject Advance(Func<DateTimeOffset, DateTimeOffset> where)
    {
        lock (_advancing)
        {
            try
            {
                while (!AdvanceSome(where))
                {
                    Thread.Yield();
                }

                lock (state.Gate)
                {
                    return _running!.Value.Passed.Show(_running.Value.Target);
                }
            }
            finally
            {
                lock (state.Gate)
                {
                    _running = null;
                }
            }
        }
    }

    /// <summary>How far a long advance has come; null when none is running.</summary>
    public JsonObject? Progress() => _running is { } running ? running.Passed.Show(running.Target) : null;

    private bool AdvanceSome(Func<DateTimeOffset, DateTimeOffset> where)
    {
        lock (state.Gate)
        {
            if (_running is null)
            {
                CatchUp();
                _running = (new Passed(state.Clock.Now), where(state.Clock.Now));
            }

            var (passed, target) = _running.Value;
            if (!RunUntil(DueIndex.World, target, passed, at => state.Clock.Reach(at), StepsAtOnce))
            {
                return false;
            }

            state.Clock.Set(target);
            committer.SaveClock();
            return true;
        }
    }

    /// <summary>True when nothing is left that is due by then.</summary>
    private bool RunUntil(string clock, DateTimeOffset until, Passed? passed, Action<DateTimeOffset>? moveClock, int limit)
    {
        for (var i = 0; i < limit; i++)
        {
            if (state.Due.Peek(clock) is not { } step || step.At > until.ToUnixTimeSeconds())
            {
                return true;
            }

            moveClock?.Invoke(DateTimeOffset.FromUnixTimeSeconds(step.At));
            var events = Run(clock, step, keepClock: moveClock is not null);
            passed?.Count(step.Work.Name, events);
        }

        return false;
    }

    private List<JsonObject> Run(string clock, DueStep step, bool keepClock)
    {
        state.Due.Take(clock);
        var unit = state.Begin(step.At);
        try
        {
            var due = state.Account.Find(step.Id)!;
            unit.As((string?)due[UnitOfWork.Owner], () =>
            {
                step.Work.Run(unit, due);
                return due;
            });
            var value = state.Account.Find(step.Id)!;
            if (value["deleted"] is null && step.Work.DueAt(value) is { } again && again <= step.At)
            {
                throw new InvalidOperationException($"{step.Work.Name} of {step.Id} is due at {again} again after it was done at {step.At}.");
            }

            var events = EventWriter.Write(unit, null, null);
            committer.Commit(unit, events, keepClock);
            state.Due.Note(value);
            return events;
        }
        catch
        {
            unit.RollBack();
            state.Due.Note(state.Account.Find(step.Id)!);
            throw;
        }
    }

    private void Pass(JsonObject clock)
    {
        var target = clock.TextAt("status_details.advancing.target_frozen_time") is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : clock.Whole("frozen_time");
        RunUntil(clock.Id(), DateTimeOffset.FromUnixTimeSeconds(target), null, null, int.MaxValue);
        if (clock.Text("status") != "advancing")
        {
            return;
        }

        var unit = state.Begin(target);
        var ready = unit.Edit(clock.Id());
        (ready["frozen_time"], ready["status"], ready["status_details"]) = (target, "ready", new JsonObject());
        unit.Raise("test_helpers.test_clock.ready", clock.Id());
        committer.Commit(unit, EventWriter.Write(unit, null, null));
    }
}

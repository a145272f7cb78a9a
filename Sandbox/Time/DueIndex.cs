using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>One piece of work that is due.</summary>
/// <param name="At">Unix seconds of world time.</param>
/// <param name="Work">What is to be done.</param>
/// <param name="Id">The object it happens to.</param>
internal readonly record struct DueStep(long At, IDueWork Work, string Id);

/// <summary>
/// What is due next, by clock: the world's, and each test clock's for the objects that carry it. Changes of an
/// object, told when they are committed, move its entries; entries left behind are skipped when their turn comes. Work of the same second runs
/// in the order of the list of works, then of the ids, however the time was passed.
/// </summary>
internal sealed class DueIndex
{
    /// <summary>The clock of objects without a test clock.</summary>
    public const string World = "";

    /// <summary>The member of an object without <c>test_clock</c> that names the clock it lives by. Never shown.</summary>
    public const string SettlesBy = "_test_clock";

    private readonly DuePlan _plan;
    private readonly Dictionary<string, PriorityQueue<(int Work, string Id), (long At, int Work, string Id)>> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Work, string Id), (string Clock, long At)> _planned = [];
    private readonly HashSet<string> _noted = new(StringComparer.Ordinal);
    private IGeneratedPlan? _generated;
    private (int Index, (long At, int Work, string Id)? Step) _next;

    /// <param name="plan">Everything that can fall due.</param>
    public DueIndex(DuePlan plan) => _plan = plan;

    /// <summary>
    /// Takes in every object of the account that has work. A world's file has its own plan, which holds for the
    /// objects that did not change since and for the settings that worlds are generated with.
    /// </summary>
    public void Load(AccountState account)
    {
        _queues.Clear();
        _planned.Clear();
        _noted.Clear();
        (_next, _generated) = ((0, null), BillingSettings.Of(account) == new BillingSettings() ? account.GeneratedPlan : null);
        foreach (var value in _plan.Kinds.SelectMany(kind => _generated is null ? WithWork(account, kind) : account.Made(kind)))
        {
            Note(value);
        }
    }

    private IEnumerable<JsonObject> WithWork(AccountState account, string kind) => account.Where(kind, ObjectIndexes.Due, ObjectIndexes.Yes)
        .Concat(_plan.WorksOf(kind).SelectMany(work => _plan.Work(work).Secret))
        .DistinctBy(value => value.Id());

    /// <summary>Plans the work of an object as it is now.</summary>
    public void Note(JsonObject value)
    {
        _noted.Add(value.Id());
        foreach (var work in _plan.WorksOf((string)value["object"]!))
        {
            var key = (work, value.Id());
            if (_plan.At(work, value) is not { } at)
            {
                _planned.Remove(key);
                continue;
            }

            var plan = ((string?)value["test_clock"] ?? (string?)value[SettlesBy] ?? World, at);
            if (!_planned.TryGetValue(key, out var known) || known != plan)
            {
                _planned[key] = plan;
                Queue(plan.Item1).Enqueue(key, (at, work, key.Item2));
            }
        }
    }

    /// <summary>The next step of a clock; null when nothing is planned.</summary>
    public DueStep? Peek(string clock) => Next(clock) is { } next ? new DueStep(next.Step.At, _plan.Work(next.Step.Work), next.Step.Id) : null;

    /// <summary>Takes out what <see cref="Peek"/> showed.</summary>
    public void Take(string clock)
    {
        if (Next(clock) is { Generated: true })
        {
            _next = (_next.Index + 1, null);
        }
        else
        {
            _planned.Remove(Queue(clock).Dequeue());
        }
    }

    private ((long At, int Work, string Id) Step, bool Generated)? Next(string clock)
    {
        var planned = Planned(clock);
        if (clock != World || Find() is not { } generated || (planned is { } own && DuePlan.Order.Compare(own, generated) < 0))
        {
            return planned is { } step ? (step, false) : null;
        }

        return (generated, true);
    }

    private (long At, int Work, string Id)? Planned(string clock)
    {
        var queue = Queue(clock);
        while (queue.TryPeek(out var key, out var order))
        {
            if (_planned.TryGetValue(key, out var plan) && plan == (clock, order.At))
            {
                return order;
            }

            queue.Dequeue();
        }

        return null;
    }

    /// <summary>The next step of the generated plan whose object is as generated.</summary>
    private (long At, int Work, string Id)? Find()
    {
        while (_generated is not null && _next.Index < _generated.Count)
        {
            var step = _next.Step ?? _generated[_next.Index];
            if (!_noted.Contains(step.Id))
            {
                _next.Step = step;
                return step;
            }

            _next = (_next.Index + 1, null);
        }

        return null;
    }

    private PriorityQueue<(int Work, string Id), (long At, int Work, string Id)> Queue(string clock)
    {
        if (!_queues.TryGetValue(clock, out var queue))
        {
            _queues[clock] = queue = new(DuePlan.Order);
        }

        return queue;
    }
}

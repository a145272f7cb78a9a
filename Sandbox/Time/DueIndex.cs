using System.Text.Json.Nodes;
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

    private readonly IReadOnlyList<IDueWork> _works;
    private readonly long _began;
    private readonly ILookup<string, int> _byKind;
    private readonly Dictionary<string, PriorityQueue<(int Work, string Id), (long At, int Work, string Id)>> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Work, string Id), (string Clock, long At)> _planned = [];

    /// <param name="works">Everything that can fall due.</param>
    /// <param name="began">Unix seconds at which the world's clock started: news from before is no news.</param>
    public DueIndex(IReadOnlyList<IDueWork> works, long began)
    {
        (_works, _began) = (works, began);
        _byKind = Enumerable.Range(0, works.Count).ToLookup(i => works[i].Kind, StringComparer.Ordinal);
    }

    /// <summary>Takes in every object of the account.</summary>
    public void Load(AccountState account)
    {
        _queues.Clear();
        _planned.Clear();
        // Works of one kind mostly name the same objects: each is read once.
        foreach (var kind in _byKind)
        {
            foreach (var value in kind.SelectMany(work => _works[work].Candidates(account)).DistinctBy(v => v.Id()))
            {
                Note(value);
            }
        }
    }

    /// <summary>Plans the work of an object as it is now.</summary>
    public void Note(JsonObject value)
    {
        foreach (var work in _byKind[(string)value["object"]!])
        {
            var key = (work, value.Id());
            if (value["deleted"] is not null || _works[work].DueAt(value) is not { } at || (_works[work].IsNews && at < _began && value["test_clock"] is null))
            {
                _planned.Remove(key);
                continue;
            }

            var plan = ((string?)value["test_clock"] ?? World, at);
            if (!_planned.TryGetValue(key, out var known) || known != plan)
            {
                _planned[key] = plan;
                Queue(plan.Item1).Enqueue(key, (at, work, key.Item2));
            }
        }
    }

    /// <summary>The next step of a clock; null when nothing is planned.</summary>
    public DueStep? Peek(string clock)
    {
        var queue = Queue(clock);
        while (queue.TryPeek(out var key, out var order))
        {
            if (_planned.TryGetValue(key, out var plan) && plan == (clock, order.At))
            {
                return new DueStep(order.At, _works[key.Work], key.Id);
            }

            queue.Dequeue();
        }

        return null;
    }

    /// <summary>Takes out what <see cref="Peek"/> showed.</summary>
    public void Take(string clock) => _planned.Remove(Queue(clock).Dequeue());

    private PriorityQueue<(int Work, string Id), (long At, int Work, string Id)> Queue(string clock)
    {
        if (!_queues.TryGetValue(clock, out var queue))
        {
            _queues[clock] = queue = new(Order);
        }

        return queue;
    }

    private static readonly Comparer<(long At, int Work, string Id)> Order = Comparer<(long At, int Work, string Id)>.Create((a, b) =>
        a.At != b.At ? a.At.CompareTo(b.At) : a.Work != b.Work ? a.Work.CompareTo(b.Work) : string.CompareOrdinal(a.Id, b.Id));
}

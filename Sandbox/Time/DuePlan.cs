using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>Which works an object needs, and when.</summary>
/// <param name="works">Everything that can fall due.</param>
/// <param name="began">Unix seconds at which the world's clock started: news from before is no news.</param>
internal sealed class DuePlan(IReadOnlyList<IDueWork> works, long began)
{
    private readonly ILookup<string, int> _byKind = Enumerable.Range(0, works.Count).ToLookup(i => works[i].Kind, StringComparer.Ordinal);

    /// <summary>Steps of one second run in this order.</summary>
    public static Comparer<(long At, int Work, string Id)> Order { get; } = Comparer<(long At, int Work, string Id)>.Create((a, b) =>
        a.At != b.At ? a.At.CompareTo(b.At) : a.Work != b.Work ? a.Work.CompareTo(b.Work) : string.CompareOrdinal(a.Id, b.Id));

    /// <summary>Kinds of objects that can have work.</summary>
    public IEnumerable<string> Kinds => _byKind.Select(kind => kind.Key);

    public IDueWork Work(int number) => works[number];

    /// <summary>Numbers of the works that objects of a kind can have.</summary>
    public IEnumerable<int> WorksOf(string kind) => _byKind[kind];

    /// <summary>Unix seconds at which an object as it is needs a work; null for never.</summary>
    public long? At(int work, JsonObject value) =>
        value["deleted"] is not null || works[work].DueAt(value) is not { } at || (works[work].IsNews && at < began && value["test_clock"] is null) ? null : at;
}

/// <summary>What was due next when a world was generated, in the order of <see cref="DuePlan.Order"/>.</summary>
internal interface IGeneratedPlan
{
    int Count { get; }

    (long At, int Work, string Id) this[int index] { get; }
}

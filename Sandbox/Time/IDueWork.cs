using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>
/// Something that falls due as the world's time passes: a renewal, a retry, a payout. When it is due is a pure
/// function of the object alone, so that nothing needs to be remembered beside the objects and a restart finds
/// the same work. <see cref="DueWorks"/> lists every kind of work there is.
/// </summary>
internal interface IDueWork
{
    /// <summary>Name in the clock's answer, such as <c>invoice.finalize</c>.</summary>
    string Name { get; }

    /// <summary>The objects it happens to, by their <c>object</c> field, such as <c>invoice</c>.</summary>
    string Kind { get; }

    /// <summary>The stored objects among which some may be due; to be narrowed by an index where a kind has many.</summary>
    IEnumerable<JsonObject> Candidates(AccountState account) => account.All(Kind);

    /// <summary>Unix seconds of world time at which the object needs <see cref="Run"/>; null for never as it is.</summary>
    /// <remarks>Members with a leading underscore never show in the API: notes such as "already announced" go there.</remarks>
    long? DueAt(JsonObject value);

    /// <summary>True for an announcement that is left out, not made up for, when its time lies before the world began.</summary>
    bool IsNews => false;

    /// <summary>
    /// Does it, in a unit of work of its own whose <see cref="UnitOfWork.Now"/> is the moment it was due. Afterwards
    /// <see cref="DueAt"/> must be null or later. Raise events on the unit; kinds that announce their own changes
    /// (see EventWriter) need none for an update.
    /// </summary>
    /// <param name="value">The stored object: change only a copy from <see cref="UnitOfWork.Edit"/>.</param>
    void Run(UnitOfWork unit, JsonObject value);
}

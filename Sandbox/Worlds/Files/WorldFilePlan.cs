using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Time;

namespace BillingCopilot.Sandbox.Worlds.Files;

/// <summary>What falls due, as a world's file lists it.</summary>
internal sealed class WorldFilePlan(WorldFile file, JsonObject entry) : IGeneratedPlan
{
    private readonly long _at = (long)entry["at"]!;
    private readonly long _works = (long)entry["works"]!;
    private readonly long _places = (long)entry["places"]!;

    public int Count { get; } = (int)entry["count"]!;

    public (long At, int Work, string Id) this[int index]
    {
        get
        {
            var place = file.ReadInt64(_places + 8L * index);
            return (file.ReadInt64(_at + 8L * index), file.ReadInt32(_works + 4L * index), file.Kinds[(int)(place >> 32)].IdOf((int)(uint)place));
        }
    }
}

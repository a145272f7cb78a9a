using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Worlds;
using Xunit;

namespace BillingCopilot.Unit.Worlds;

/// <summary>The worlds that the tests look at, each built once.</summary>
internal static class SeededWorlds
{
    private static readonly Dictionary<int, World> Built = new[] { 1, 2, 7, 20_260 }.ToDictionary(seed => seed, seed => WorldCatalog.Build("lumen", seed, "small"));

    public static TheoryData<int> Seeds => [.. Built.Keys];

    public static World Of(int seed) => Built[seed];

    /// <summary>The world as text, for comparing byte by byte.</summary>
    public static string Bytes(World world)
    {
        var objects = world.Account.Kinds.SelectMany(kind => world.Account.All(kind)).Select(value => value.ToJsonString());
        var documents = world.Documents.Select(document => document.Path + "\n" + document.Text);
        var behaviours = world.Account.PaymentBehaviours.Select(entry => $"{entry.Key}={entry.Value}");
        return string.Join('\n', [.. objects, world.Truth.ToJsonString(), .. documents, .. behaviours]);
    }

    public static List<JsonObject> Entries(this World world, string list) => [.. world.Truth[list]!.AsArray().Select(entry => entry!.AsObject())];
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Worlds;
using Xunit;

namespace BillingCopilot.Unit.Worlds;

/// <summary>The worlds that the tests look at, each built once.</summary>
internal static class SeededWorlds
{
    private static readonly ConcurrentDictionary<int, Lazy<World>> Built = new();

    private static readonly Lazy<string> Files = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-worlds-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    });

    /// <summary>Where sandboxes of the tests find the worlds that another one has generated.</summary>
    public static string Folder => Files.Value;

    /// <summary>Seeds for what looks at a world object by object.</summary>
    public static TheoryData<int> Seeds => [1, 2, 7, 20_260];

    /// <summary>Twelve seeds for what must hold in every world, or so many as BILLINGCOPILOT_SEEDS says.</summary>
    public static IEnumerable<int> Many => Enumerable.Range(
        1, int.Parse(Environment.GetEnvironmentVariable("BILLINGCOPILOT_SEEDS") ?? "12", CultureInfo.InvariantCulture));

    public static World Of(int seed) => Built.GetOrAdd(seed, one => new(() => WorldCatalog.Build("lumen", one, "small"))).Value;

    /// <summary>What is wrong in any of many worlds, world by world; empty when nothing is.</summary>
    public static List<string> Faults(Func<World, IEnumerable<string>> check) =>
        [.. Many.AsParallel().AsOrdered().SelectMany(seed => check(Of(seed)).Select(fault => $"seed {seed}: {fault}"))];

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

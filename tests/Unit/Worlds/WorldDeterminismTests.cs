using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Sandbox.Worlds;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Worlds;

public sealed partial class WorldDeterminismTests
{
    public static TheoryData<int> Seeds => SeededWorlds.Seeds;

    [Fact]
    public void Build_SameSeed_GivesTheSameBytes() =>
        SeededWorlds.Bytes(WorldCatalog.Build("lumen", 1, "small")).ShouldBe(SeededWorlds.Bytes(SeededWorlds.Of(1)));

    [Fact]
    public void Build_SmallIntoAFile_HasTheSameListsAsInMemory()
    {
        var (file, memory) = (WorldCatalog.Build("lumen", 1, "small", Path.GetRelativePath(Environment.CurrentDirectory, SeededWorlds.Folder)), SeededWorlds.Of(1));

        file.Account.Kinds.Order().ShouldBe(memory.Account.Kinds.Order());
        foreach (var kind in memory.Account.Kinds)
        {
            file.Account.All(kind).Select(Id).ShouldBe(memory.Account.All(kind).Select(Id), kind);
            file.Account.All(kind).Zip(memory.Account.All(kind)).ShouldAllBe(pair => JsonNode.DeepEquals(pair.First, pair.Second), kind);
        }

        JsonNode.DeepEquals(file.Truth, memory.Truth).ShouldBeTrue();
        file.Documents.ShouldBe(memory.Documents);
        file.Files.ShouldBe(memory.Files);
        file.Account.PaymentBehaviours.OrderBy(entry => entry.Key, StringComparer.Ordinal).ShouldBe(memory.Account.PaymentBehaviours.OrderBy(entry => entry.Key, StringComparer.Ordinal));
    }

    /// <summary>When this fails, raise WorldSource.GeneratorVersion and put the new digest here: journals hold changes by id.</summary>
    [Fact]
    public void Ids_OfTheFirstSeed_AreThoseOfTheGeneratorsVersion()
    {
        var account = SeededWorlds.Of(1).Account;
        var ids = string.Join('\n', account.Kinds.SelectMany(kind => account.All(kind)).Select(Id).Order(StringComparer.Ordinal));
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ids)))[..16].ShouldBe("bcdb2785261094f6");
    }

    [Fact]
    public void Build_OtherSeed_GivesOtherIdsAndNames()
    {
        var first = SeededWorlds.Of(1).Account.All("customer");
        var second = SeededWorlds.Of(2).Account.All("customer");
        first.Select(Id).Intersect(second.Select(Id)).ShouldBeEmpty();
        first.Select(Name).ShouldNotBe(second.Select(Name));
    }

    [Fact]
    public void Build_UnknownName_ListsTheKnownOnes() =>
        Should.Throw<ArgumentException>(() => WorldCatalog.Build("lummen", 1, "small")).Message.ShouldContain("lumen");

    [Fact]
    public void Build_UnknownSize_ListsTheKnownOnes() =>
        Should.Throw<ArgumentException>(() => WorldCatalog.Build("lumen", 1, "huge")).Message.ShouldContain("small, medium, large");

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Ids_AnySeed_AreUniqueAndOfStripesShape(int seed)
    {
        var account = SeededWorlds.Of(seed).Account;
        var ids = account.Kinds.Where(kind => kind is not "coupon").SelectMany(kind => account.All(kind)).Select(Id).ToList();
        ids.Distinct().Count().ShouldBe(ids.Count);
        ids.ShouldAllBe(id => IdShape().IsMatch(id));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Objects_AnyKind_AreInCreationOrderAndNotInTheFuture(int seed)
    {
        var world = SeededWorlds.Of(seed);
        foreach (var kind in world.Account.Kinds.Where(kind => kind is not ("discount" or "invoiceitem" or "bank_account")))
        {
            var times = world.Account.All(kind).Select(value => (long)value["created"]!).ToList();
            times.SequenceEqual(times.Order()).ShouldBeTrue(kind);
            times[^1].ShouldBeLessThanOrEqualTo(world.Now.ToUnixTimeSeconds());
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Numbers_InAnyObject_AreWholeOrDecimal(int seed)
    {
        var account = SeededWorlds.Of(seed).Account;
        var numbers = account.Kinds.SelectMany(kind => account.All(kind)).SelectMany(Leaves).Where(leaf => leaf.GetValueKind() == JsonValueKind.Number);
        numbers.ShouldAllBe(number => number.GetValueKind() != JsonValueKind.Number || Whole(number));
    }

    private static bool Whole(JsonValue number) => number.TryGetValue<long>(out _) || number.TryGetValue<decimal>(out _);

    private static IEnumerable<JsonValue> Leaves(JsonNode? node) => node switch
    {
        JsonObject value => value.SelectMany(entry => Leaves(entry.Value)),
        JsonArray array => array.SelectMany(Leaves),
        JsonValue leaf => [leaf],
        _ => [],
    };

    private static string Id(JsonObject value) => (string)value["id"]!;

    private static string? Name(JsonObject value) => (string?)value["name"];

    [GeneratedRegex("^(cus|prod|si)_[0-9A-Za-z]{14}$|^acct_1[0-9A-Za-z]{15}$|^mtr_61[0-9A-Za-z]{28}$|^(sub_sched|[a-z]+)_[13][0-9A-Za-z]{23}$")]
    private static partial Regex IdShape();
}

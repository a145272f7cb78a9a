using System.Collections;
using System.Globalization;
using System.Reflection;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Storage;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

public sealed class SettingsDigestsTests
{
    /// <summary>Fails for a section that was added and neither counted nor left out with its reason.</summary>
    [Fact]
    public void EverySection_IsCountedOrLeftOutWithItsReason()
    {
        var sections = typeof(CopilotSettings).GetProperties().Select(p => p.Name).ToList();

        SettingsDigests.Counted.Concat(SettingsDigests.LeftOut.Keys.Where(k => !k.Contains(':'))).ShouldBe(sections, ignoreOrder: true);
        SettingsDigests.LeftOut.Values.ShouldAllBe(reason => reason.Length > 20);
    }

    /// <summary>Each setting that is there, changed alone: the fingerprint of its section changes, and no other.</summary>
    [Fact]
    public void Of_AnySettingChanged_ChangesItsSectionUnlessThatIsLeftOut()
    {
        var before = Of(new CopilotSettings());
        var leaves = Leaves(typeof(CopilotSettings), []).ToList();

        foreach (var path in leaves)
        {
            var settings = new CopilotSettings();
            Change(settings, path);

            var after = Of(settings);
            var changed = before.Select(b => b.Key).Where(k => (string?)before[k] != (string?)after[k]);

            var name = string.Join(':', path.Select(p => p.Name));
            var left = SettingsDigests.LeftOut.ContainsKey(path[0].Name) || SettingsDigests.LeftOut.ContainsKey(name);
            changed.ShouldBe(left ? [] : [path[0].Name.ToLowerInvariant()], name);
        }

        leaves.Count.ShouldBeGreaterThan(60);
        SettingsDigests.LeftOut.Keys.Where(k => k.Contains(':')).ShouldBeSubsetOf(leaves.Select(l => string.Join(':', l.Select(p => p.Name))));
    }

    [Fact]
    public void Of_KeyDatabase_HoldsNoPassword()
    {
        static string? With(string connection) => (string?)Of(new CopilotSettings { Audit = { KeyDatabase = connection } })["audit"];

        With("Host=keys;Username=copilot;Password=one").ShouldBe(With("Host=keys;Username=copilot;Password=two"));
        With("Host=keys;Username=copilot").ShouldNotBe(With("Host=other;Username=copilot"));
    }

    /// <summary>Who reads what, and which queue is asked first: each changes the fingerprint, and the same again does not.</summary>
    [Fact]
    public void OfQueues_AnyPartOrTheirOrderChanged_IsAnother()
    {
        static string With(params QueueRule[] queues) => SettingsDigests.OfQueues(new QueueBook(queues));
        QueueRule vip = new("vip", ["finance"], ["refund"], ["enterprise"], ["gold"]), rest = new("support", ["support"], [], [], []);

        string[] all =
        [
            With(vip, rest), With(rest, vip), With(vip), With(vip with { Name = "first" }, rest), With(vip with { Reads = ["finance", "admin"] }, rest),
            With(vip with { Intents = [] }, rest), With(vip with { Segments = [] }, rest), With(vip with { Tiers = ["gold", "silver"] }, rest),
        ];

        all.ShouldBeUnique();
        With(vip with { }, rest).ShouldBe(all[0]);
    }

    private static System.Text.Json.Nodes.JsonObject Of(CopilotSettings settings) => SettingsDigests.Of(settings, new Tenant(
        new TenantContext("default", "acct_1", Livemode: false, settings.TimeZone, settings.Currency), settings.Stripe, settings.Auth, IsSandbox: false) { Helpdesk = settings.Helpdesk });

    private static IEnumerable<PropertyInfo[]> Leaves(Type type, PropertyInfo[] path) => type.GetProperties().Where(p => p.CanWrite).SelectMany(p =>
        p.PropertyType.Namespace!.StartsWith("BillingCopilot", StringComparison.Ordinal) ? Leaves(p.PropertyType, [.. path, p]) : [[.. path, p]]);

    private static void Change(object target, PropertyInfo[] path)
    {
        foreach (var section in path[..^1])
        {
            target = section.GetValue(target)!;
        }

        var leaf = path[^1];
        var value = leaf.GetValue(target);
        switch (value)
        {
            case IDictionary dictionary:
                var item = leaf.PropertyType.GetGenericArguments()[1];
                dictionary.Add("added", item == typeof(string) ? "value" : Activator.CreateInstance(item));
                break;
            case IList list:
                list.Add("added");
                break;
            default:
                var type = Nullable.GetUnderlyingType(leaf.PropertyType) ?? leaf.PropertyType;
                leaf.SetValue(target, type == typeof(string) ? "Host=changed" : type == typeof(bool) ? !(bool)(value ?? false) : Convert.ChangeType(12345, type, CultureInfo.InvariantCulture));
                break;
        }
    }
}

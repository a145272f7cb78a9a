using BillingCopilot.Agents;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Rules;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Storage;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

public sealed class PromptRegistryTests : IDisposable
{
    private static readonly TenantContext Tenant = new("default", "acct_1", false);
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private readonly string _root = TestPrompts.Copy();

    [Theory]
    [InlineData("agents/support.v1.md", "  - get_invoice\n", "  - get_invoise\n", "support.v1.md:", "unknown tool 'get_invoise'", "get_invoice")]
    [InlineData("agents/support.v1.md", "version: 1", "verzion: 1", "support.v1.md:3", "unknown key 'verzion'", "version")]
    [InlineData("agents/support.v1.md", "version: 1", "version: 2", "support.v1.md:", "support.v2.md", "name")]
    [InlineData("agents/support.v1.md", "temperature: 0", "temperature: warm", "support.v1.md:", "not a number", "temperature")]
    [InlineData("agents/support.v1.md", "{{> conduct}}", "{{> conducts}}", "support.v1.md:", "unknown fragment 'conducts'", "untrusted")]
    public void Load_SpoiltAgent_NamesFileLineAndWhatIsAllowed(string file, string before, string after, params string[] said)
    {
        TestPrompts.Edit(_root, file, before, after);
        var error = Should.Throw<AgentConfigurationException>(() => PromptRegistry.Load(_root, TestPrompts.Tools));
        said.ShouldAllBe(s => error.Message.Contains(s, StringComparison.Ordinal), error.Message);
    }

    [Theory]
    [InlineData("agent: collections", "agent: colections", "unknown agent 'colections'; allowed: collections, support")]
    [InlineData("[invoice_open]", "[invoice_opened]", "unknown guard 'invoice_opened'")]
    [InlineData("name: payment_failed", "name: failed_payment", "is not the file's name")]
    public void Load_SpoiltPlaybook_NamesTheFault(string before, string after, string said)
    {
        TestPrompts.Edit(_root, "playbooks/payment_failed.md", before, after);
        Should.Throw<AgentConfigurationException>(() => PlaybookRegistry.Load(_root, ["support", "collections"])).Message.ShouldContain(said);
    }

    [Theory]
    [InlineData("call: explain_invoice_change", "call: explain_change", "unknown tool 'explain_change'")]
    [InlineData("intent: credit_difference", "intent: credit_all", "unknown intent 'credit_all'")]
    [InlineData("{{date explain.current.date}}", "{{dat explain.current.date}}", "unknown helper 'dat'")]
    [InlineData("{{#positive explain.difference}}", "{{#positiv explain.difference}}", "unknown helper 'positiv'")]
    [InlineData("needs: [invoice_or_customer]", "needs: [invoices]", "unknown entity 'invoices'")]
    public void Load_SpoiltRules_NamesTheFault(string before, string after, string said)
    {
        TestPrompts.Edit(_root, "rules/support.yaml", before, after);
        var error = Should.Throw<AgentConfigurationException>(() => RuleBook.Load(_root, ["support", "collections"], TestPrompts.Tools));
        error.Message.ShouldContain(said);
        error.Message.ShouldStartWith("prompts/rules/support.yaml:");
    }

    [Fact]
    public async Task RecordAsync_SameVersionOtherHash_StopsTheStartUp()
    {
        var databases = await DatabaseAsync();
        await RecordAsync(databases, PromptRegistry.Load(_root, TestPrompts.Tools));
        TestPrompts.Edit(_root, "fragments/conduct.md", "No greeting", "No greetings");
        var error = await Should.ThrowAsync<AgentConfigurationException>(() => RecordAsync(databases, PromptRegistry.Load(_root, TestPrompts.Tools)));
        error.Message.ShouldContain("collections.v2.md");
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task RecordAsync_NewVersion_IsActiveAtOnceOnlyInTheSandbox(bool sandbox, int active)
    {
        var databases = await DatabaseAsync();
        await RecordAsync(databases, PromptRegistry.Load(_root, TestPrompts.Tools));
        var second = File.ReadAllText(Path.Combine(_root, "agents/support.v1.md")).Replace("version: 1", "version: 2", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(_root, "agents/support.v2.md"), second);
        var registry = PromptRegistry.Load(_root, TestPrompts.Tools);
        await RecordAsync(databases, registry, sandbox);
        registry.ActiveFor(Tenant)["support"].Version.ShouldBe(active);

        await using var db = databases.Open(Tenant);
        await registry.ActivateAsync(db, "support", 2, Now, default);
        registry.ActiveFor(Tenant)["support"].Version.ShouldBe(2);
    }

    [Theory]
    [InlineData("gemini", "Model:Provider is 'gemini'; allowed: rules, openai, azure-openai, anthropic, ollama.")]
    [InlineData("openai", "Model:Name is needed")]
    public void AddAgents_UnfitModel_SaysWhatIsAllowed(string provider, string said) =>
        Should.Throw<AgentConfigurationException>(() => new ServiceCollection().AddAgents(new AgentOptions { Model = new ModelOptions { Provider = provider } }))
            .Message.ShouldContain(said);

    [Fact]
    public void Create_OpenAIWithEndpoint_NeedsNoKey()
    {
        var rules = RuleBook.Load(_root, ["support", "collections"], TestPrompts.Tools);
        var model = ModelFactory.Create(new ModelOptions { Provider = "openai", Name = "local", Endpoint = "http://127.0.0.1:8000/v1" }, rules);
        (model.Label, model.IsRules).ShouldBe(("openai:local", false));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static async Task RecordAsync(CopilotDbFactory databases, PromptRegistry registry, bool activateNew = false)
    {
        await using var db = databases.Open(Tenant);
        await registry.RecordAsync(db, activateNew, stopOnChange: true, Now, default);
    }

    private async Task<CopilotDbFactory> DatabaseAsync()
    {
        var services = new ServiceCollection().AddStorage(new StorageOptions { Path = Path.Combine(_root, "copilot.db") }).BuildServiceProvider();
        var databases = services.GetRequiredService<CopilotDbFactory>();
        await databases.MigrateAsync(default);
        return databases;
    }
}

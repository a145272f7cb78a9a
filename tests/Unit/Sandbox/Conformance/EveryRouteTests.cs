using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox;
using BillingCopilot.Sandbox.Http;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests.Conformance;

/// <summary>Bad input of every kind to every route. The routes and their parameters are the list; faults are named by route.</summary>
public sealed class EveryRouteTests
{
    private const string Nobody = "nobody_1Missing000000000";

    [Fact]
    public async Task UnknownParameter_OnEveryRoute_IsNamed() => await EachAsync(async (sandbox, route) =>
    [
        Differs(await SendAsync(sandbox, route, Samples(route) + "&colour=red"), 400, "parameter_unknown", "colour"),
    ]);

    [Fact]
    public async Task WrongType_OfEveryParameter_IsNamed() => await EachAsync(async (sandbox, route) =>
    {
        List<string?> faults = [];
        foreach (var (name, wrong, code) in route.Spec.Fields().SelectMany(Wrong))
        {
            var answer = await SendAsync(sandbox, route, $"{Samples(route, name)}&{wrong}");
            faults.Add(Differs(answer, 400, code, name) is { } fault ? $"{wrong}: {fault}" : null);
        }

        return faults;
    });

    [Fact]
    public async Task WordThatIsNoneOfItsOwn_ForEveryParameterOfWords_IsNamed()
    {
        var taking = 0;
        await EachAsync(async (sandbox, route) =>
        {
            List<string?> faults = [];
            foreach (var name in route.Spec.Fields().Where(f => f.Words is not null).Select(f => f.Name))
            {
                taking++;
                faults.Add(Differs(await SendAsync(sandbox, route, $"{Samples(route, name)}&{name}=mauve"), 400, null, name));
            }

            return faults;
        });
        taking.ShouldBeGreaterThan(30);
    }

    [Fact]
    public async Task MissingParameter_OfEveryRoute_IsNamed() => await EachAsync(async (sandbox, route) =>
    {
        List<string?> faults = [];
        foreach (var (name, _, _, _) in route.Spec.Fields().Where(f => f.Required && !f.Name.Contains('[')))
        {
            faults.Add(Differs(await SendAsync(sandbox, route, Samples(route, name)), 400, "parameter_missing", name));
        }

        return faults;
    });

    [Fact]
    public async Task LongMetadata_OnEveryRouteThatTakesSome_IsNamed()
    {
        var (key, value) = (new string('k', 41), new string('v', 501));
        var many = string.Join('&', Enumerable.Range(0, 51).Select(i => $"{{0}}[k{i}]=1"));
        var taking = 0;
        await EachAsync(async (sandbox, route) =>
        {
            List<string?> faults = [];
            foreach (var name in route.Spec.Fields().Select(f => f.Name).Where(n => n == "metadata" || n.EndsWith("[metadata]", StringComparison.Ordinal)))
            {
                taking++;
                var rest = Samples(route, name);
                faults.Add(Differs(await SendAsync(sandbox, route, $"{rest}&{name}[{key}]=1"), 400, null, $"{name}[{key}]"));
                faults.Add(Differs(await SendAsync(sandbox, route, $"{rest}&{name}[key]={value}"), 400, null, $"{name}[key]"));
                faults.Add(Differs(await SendAsync(sandbox, route, $"{rest}&{many.Replace("{0}", name, StringComparison.Ordinal)}"), 400, null, name));
                faults.Add(Differs(await SendAsync(sandbox, route, $"{rest}&{name}[key][inner]=1"), 400, "parameter_invalid_string", $"{name}[key]"));
            }

            return faults;
        });
        taking.ShouldBeGreaterThan(40);
    }

    [Fact]
    public async Task MissingId_OnEveryRouteWithOne_IsNotFound() => await EachAsync(async (sandbox, route) =>
    {
        if (!route.Template.Contains('{'))
        {
            return [];
        }

        var answer = await SendAsync(sandbox, route, Samples(route));
        var ofAccount = route.Template.StartsWith("/v1/accounts/", StringComparison.Ordinal);
        return
        [
            ofAccount ? Differs(answer, 403, "account_invalid", null) : Differs(answer, 404, "resource_missing", answer.Param ?? "one"),
            answer.Message.Contains(Nobody) ? null : $"names no id: {answer.Message}",
        ];
    });

    [Fact]
    public async Task ForeignAccount_OnEveryRoute_IsRefused() => await EachAsync(async (sandbox, route) =>
    [
        Differs(await SendAsync(sandbox, route, Samples(route), account: "acct_1Foreign0000000000"), 403, "account_invalid", null),
    ]);

    [Fact]
    public async Task KeyWithoutThePermission_OnEveryRoute_IsRefused() => await EachAsync(async (sandbox, route) =>
    {
        if (route.Permission is not { } permission)
        {
            return [];
        }

        var weak = permission.EndsWith("_read", StringComparison.Ordinal) ? null : SandboxKeys.Read;
        var answer = weak is null ? default : await SendAsync(sandbox, route, Samples(route), weak);
        return weak is null ? [] : [Differs(answer, 403, null, null), answer.Message.Contains($"rak_{permission}") ? null : $"names no permission: {answer.Message}"];
    });

    [Fact]
    public async Task ObjectsOfThePlatform_ReadForASeller_AreNotThere()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var scene = await ConformanceTests.PlayAsync(sandbox);
        var router = ConformanceTests.Routes();
        var seller = (await sandbox.Admin.V1.Accounts.CreateAsync(new AccountCreateOptions { Type = "express", Country = "US" })).Id;
        List<string> faults = [];
        var read = scene.Recorder.Exchanges.Where(e => e is { Method: "GET", Status: 200 }).Select(e => e.Path).Distinct()
            .Where(path => router.Find("GET", path)!.Value.Operation.Template is var template && template.Contains('{') && !template.StartsWith("/v1/accounts/", StringComparison.Ordinal))
            .ToList();
        foreach (var path in read)
        {
            var route = router.Find("GET", path)!.Value.Operation;
            var answer = await SendAsync(sandbox, route, Samples(route), account: seller, path: path);
            if (Differs(answer, 404, "resource_missing", answer.Param ?? "one") is { } fault)
            {
                faults.Add($"{path}: {fault}");
            }
        }

        read.Count.ShouldBeGreaterThan(40);
        faults.ShouldBeEmpty(string.Join('\n', faults));
    }

    private static async Task EachAsync(Func<SandboxFixture, Operation, Task<IEnumerable<string?>>> check)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        List<string> faults = [];
        foreach (var route in ConformanceTests.Routes().Operations)
        {
            faults.AddRange((await check(sandbox, route)).OfType<string>().Select(fault => $"{ConformanceTests.Name(route)}: {fault}"));
        }

        faults.ShouldBeEmpty(string.Join('\n', faults));
    }

    /// <summary>Values for the parameters a route needs, and for those beside a nested one, without that one.</summary>
    private static string Samples(Operation route, string? without = null)
    {
        var fields = route.Spec.Fields().ToList();
        var around = fields.Where(f => without?.StartsWith(f.Name + "[", StringComparison.Ordinal) == true).Select(f => f.Name).ToList();
        var needed = fields.Where(f => f.Required && f.Name != without && !f.Name.StartsWith($"{without}[", StringComparison.Ordinal)
            && Parents(f.Name).All(p => p.Required || around.Contains(p.Name))).ToList();
        return string.Join('&', needed.Where(f => !around.Contains(f.Name) && !needed.Any(inner => IsIn(inner.Name, f.Name))).Select(f => Inner(f)));

        IEnumerable<(string Name, char Type, bool Required, string[]? Words)> Parents(string name) => fields.Where(f => IsIn(name, f.Name));

        string Inner((string Name, char Type, bool Required, string[]? Words) field) =>
            fields.FirstOrDefault(f => IsIn(f.Name, field.Name)) is { Name: not null } first ? Inner(first) : Sample(field.Name, field.Type, field.Words);
    }

    private static bool IsIn(string name, string parent) => name.StartsWith(parent + "[", StringComparison.Ordinal);

    private static string Sample(string name, char type, string[]? words) => type switch
    {
        'i' or 't' or 'r' or 'd' => $"{name}=1",
        'b' => $"{name}=true",
        'm' => $"{name}[key]=1",
        'l' => $"{name}[0]=x",
        _ => $"{name}={words?[0] ?? "x"}",
    };

    private static IEnumerable<(string Name, string Wrong, string Code)> Wrong((string Name, char Type, bool Required, string[]? Words) field) => field.Type switch
    {
        'i' or 't' or 'r' => [(field.Name, $"{field.Name}=many", "parameter_invalid_integer")],
        'b' => [(field.Name, $"{field.Name}=perhaps", "parameter_invalid_boolean")],
        'd' => [(field.Name, $"{field.Name}=much", "parameter_invalid_decimal")],
        'm' or 'o' => [(field.Name, $"{field.Name}=text", "parameter_invalid_object")],
        'l' => [(field.Name, $"{field.Name}=text", "parameter_invalid_array")],
        _ => [(field.Name, $"{field.Name}[inner]=text", "parameter_invalid_string")],
    };

    private static string? Differs((int Status, string? Type, string? Code, string? Param, string Message) answer, int status, string? code, string? param) =>
        (answer.Status, answer.Type, answer.Code, answer.Param) == (status, "invalid_request_error", code, param)
            ? null
            : $"{answer.Status} {answer.Type} {answer.Code} {answer.Param} ({answer.Message}), not {status} {code} {param}";

    private static async Task<(int Status, string? Type, string? Code, string? Param, string Message)> SendAsync(
        SandboxFixture sandbox, Operation route, string form, string key = SandboxKeys.Admin, string? account = null, string? path = null)
    {
        path ??= string.Join('/', route.Template.Split('/').Select(part => part.StartsWith('{') ? Nobody : part));
        using var message = new HttpRequestMessage(new HttpMethod(route.Method), route.Method == "GET" ? $"{path}?{form}" : path);
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        message.Content = route.Method == "GET" ? null : new StringContent(form, MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded"));
        if (account is not null)
        {
            message.Headers.Add("Stripe-Account", account);
        }

        using var response = await sandbox.Http.SendAsync(message);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"] as JsonObject ?? [];
        return ((int)response.StatusCode, (string?)error["type"], (string?)error["code"], (string?)error["param"], (string?)error["message"] ?? "");
    }
}
